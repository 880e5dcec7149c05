// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Row(
    library = "PostgreSQL's JDBC driver with the real PostgreSQL on the machine's loopback",
    artifacts = "postgresql",
    instance = "jdbc:postgresql://localhost/words?socketFactory=CLASS",
    note =
        "the agent's option reach=PORT leads there; CLASS is a SocketFactory without parameters"
            + " that asks stack.socketFactory()")
@Timeout(300)
class PostgresqlTest {
  private @TempDir Path home;

  @Test
  void rowsPassBothWaysThroughTheReachedPort() throws Exception {
    try (Database server = Database.postgresql(home)) {
      assertThat(
              DatabaseClient.run(
                  "isolated,reach=5432:" + server.port(),
                  "jdbc:postgresql://localhost:5432/postgres",
                  "tester",
                  "",
                  "text"))
          .isEqualTo("exchanged");
    }
  }
}

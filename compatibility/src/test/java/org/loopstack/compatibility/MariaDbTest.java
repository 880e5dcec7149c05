// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Row(
    library = "MariaDB's and MySQL's JDBC drivers with the real MariaDB on the machine's loopback",
    artifacts = {"mariadb-java-client", "mysql-connector-j"},
    instance = "jdbc:mariadb://localhost/words?socketFactory=CLASS",
    note =
        "the agent's option reach=PORT leads there; CLASS is a SocketFactory without parameters"
            + " that asks stack.socketFactory(), for MySQL's driver a"
            + " com.mysql.cj.protocol.SocketFactory")
@Timeout(300)
class MariaDbTest {
  private static @TempDir Path home;
  private static Database server;

  @BeforeAll
  static void start() throws Exception {
    server = Database.mariadb(home);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mariadb://localhost:3306/words?sslMode=disable",
        "jdbc:mysql://localhost:3306/words"
      })
  void rowsPassBothWaysThroughTheReachedPort(String url) throws Exception {
    assertThat(
            DatabaseClient.run(
                "isolated,reach=3306:" + server.port(), url, "tester", "secret", "longtext"))
        .isEqualTo("exchanged");
  }
}

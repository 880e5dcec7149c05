// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Row(
    library = "H2 server in a JVM under the agent, its driver in another that is not",
    artifacts = "h2",
    note = "the agent's option publish=PORT leads there from the machine's loopback")
@Timeout(300)
class PublishedDatabaseTest {
  private @TempDir Path home;

  @Test
  void rowsPassBothWaysThroughThePublishedPort() throws Exception {
    int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
    try (Program server =
        Program.startJvm(
            "isolated,publish=" + port + ":9092",
            "-cp",
            System.getProperty("java.class.path"),
            "org.h2.tools.Server",
            "-tcp",
            "-tcpPort",
            "9092",
            "-ifNotExists",
            "-baseDir",
            home.toString())) {
      assertThat(server.awaitLine("running at")).contains(":9092");

      assertThat(
              DatabaseClient.run(
                  null, "jdbc:h2:tcp://localhost:" + port + "/./words", "sa", "", "clob"))
          .isEqualTo("exchanged");
    }
  }
}

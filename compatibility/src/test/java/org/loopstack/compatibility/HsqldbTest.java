// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.sql.SQLException;
import org.hsqldb.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(library = "HSQLDB server and JDBC driver", artifacts = "hsqldb")
@Timeout(60)
class HsqldbTest {
  private final Server server = new Server();

  @BeforeEach
  void start() {
    server.setLogWriter(null);
    server.setErrWriter(null);
    server.setSilent(true);
    server.setAddress("localhost");
    server.setPort(9001);
    server.setDatabaseName(0, "words");
    server.setDatabasePath(0, "mem:words");
    server.start();
  }

  @AfterEach
  void stop() {
    server.shutdown();
  }

  @Test
  void rowsPassBothWays() throws SQLException {
    SqlExchange.run("jdbc:hsqldb:hsql://localhost:9001/words", "SA", "", "longvarchar");
  }
}

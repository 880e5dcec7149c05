// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(library = "H2 server and JDBC driver", artifacts = "h2")
@Timeout(60)
class H2Test {
  private Server server;

  @BeforeEach
  void start() throws SQLException {
    server = Server.createTcpServer("-tcpPort", "9092", "-ifNotExists").start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void rowsPassBothWays() throws SQLException {
    SqlExchange.run("jdbc:h2:tcp://localhost:9092/mem:words;DB_CLOSE_DELAY=-1", "sa", "", "clob");
  }

  @Test
  void aServerThatIsNotThereIsSaid() {
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:h2:tcp://localhost:9093/mem:words"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Connection refused");
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import org.apache.derby.drda.NetworkServerControl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Row(
    library = "Derby network server and JDBC driver",
    artifacts = {"derbynet", "derbyclient"})
@Timeout(60)
class DerbyTest {
  private static @TempDir Path home;

  private NetworkServerControl server;

  @BeforeEach
  void start() throws Exception {
    System.setProperty("derby.system.home", home.toString());
    server = new NetworkServerControl(InetAddress.getByName("localhost"), 1527);
    server.start(new PrintWriter(Writer.nullWriter()));
    // Returns at once; it listens a little later.
    while (!listens()) {
      Thread.onSpinWait();
    }
  }

  private boolean listens() {
    try {
      server.ping();
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  @AfterEach
  void stop() throws Exception {
    server.shutdown();
  }

  @Test
  void rowsPassBothWays() throws SQLException {
    SqlExchange.run("jdbc:derby://localhost:1527/memory:words;create=true", "app", "app", "clob");
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.loopstack.Stack;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.Fault;
import org.loopstack.fault.FaultHandle;
import org.loopstack.fault.Faults;
import org.loopstack.junit.Leaks;
import org.loopstack.junit.LoopbackTest;

/**
 * The network between an application and its database breaks in two: nothing is refused, nothing is
 * reset, nothing comes any more. Two databases of H2, and a pool of HikariCP for each.
 */
@LoopbackTest
@ResourceLock("new Socket()")
class DatabaseFailoverTest {
  private static final String CLIENT = "127.0.0.1";
  private static final String PRIMARY = "127.0.0.2";
  private static final String STANDBY = "127.0.0.3";
  private static final String NETWORK_TIMEOUT = ";NETWORK_TIMEOUT=5000";

  static {
    // Else H2 tries to connect sixteen times, a minute each.
    System.setProperty("h2.socketConnectRetry", "0");
    // Else HikariCP does not look whether a connection lives that was used half a second ago.
    System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
  }

  private Server primary;
  private Server standby;

  @BeforeEach
  void startBoth(Stack stack) throws SQLException {
    JvmSockets.on(stack);
    primary = start(9092);
    standby = start(9093);
  }

  @AfterEach
  void stopBoth() {
    primary.stop();
    standby.stop();
  }

  private static Server start(int port) throws SQLException {
    return Server.createTcpServer("-tcpPort", String.valueOf(port), "-ifNotExists").start();
  }

  private static String url(String host, int port) {
    return "jdbc:h2:tcp://%s:%d/mem:%d".formatted(host, port, port);
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(1_000);
    config.setValidationTimeout(500);
    return new HikariDataSource(config);
  }

  /** Which of them it is: the port is the name of the database. */
  private static String ask(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select database()")) {
      result.next();
      return result.getString(1);
    }
  }

  /** What is to be tested: who does not get an answer from the first asks the second. */
  private static String askEither(DataSource first, DataSource second) throws SQLException {
    try {
      return ask(first);
    } catch (SQLException e) {
      return ask(second);
    }
  }

  @Test
  void theStandbyAnswersWhileThePrimaryIsCutOff(Faults faults) throws SQLException {
    try (HikariDataSource first = pool(url(PRIMARY, 9092) + NETWORK_TIMEOUT);
        HikariDataSource second = pool(url(STANDBY, 9093) + NETWORK_TIMEOUT)) {
      assertThat(askEither(first, second)).isEqualTo("9092");

      try (FaultHandle partition = faults.add(Fault.partition(CLIENT, PRIMARY))) {
        assertThat(askEither(first, second)).isEqualTo("9093");
        assertThat(partition.applied()).isPositive();
      }

      assertThat(askEither(first, second)).isEqualTo("9092");
    }
  }

  /** How long a query takes to fail that was sent just after the network has broken. */
  private static Duration timeOfAQuery(String url, Faults faults, VirtualClock clock)
      throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      faults.add(Fault.partition(CLIENT, PRIMARY));
      long before = clock.nanos();
      assertThatThrownBy(() -> statement.executeQuery("select 1")).isInstanceOf(SQLException.class);
      return Duration.ofNanos(clock.nanos() - before);
    }
  }

  @Test
  @LoopbackTest(leaks = Leaks.IGNORE) // H2 does not close the socket of a session that timed out.
  void aQueryEndsWithTheTimeoutOfTheNetwork(Faults faults, VirtualClock clock) throws SQLException {
    assertThat(timeOfAQuery(url(PRIMARY, 9092) + NETWORK_TIMEOUT, faults, clock)).hasSeconds(5);
  }

  /** Until TCP gives up: Linux's tcp_retries2, at the first retransmission after 924.6 s. */
  @Test
  void withoutOneItHangsForAQuarterOfAnHour(Faults faults, VirtualClock clock) throws SQLException {
    assertThat(timeOfAQuery(url(PRIMARY, 9092), faults, clock))
        .isBetween(Duration.ofMinutes(15), Duration.ofMinutes(18));
  }
}

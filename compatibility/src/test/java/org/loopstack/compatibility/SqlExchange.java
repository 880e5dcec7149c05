// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What every database and its driver has to carry: rows both ways, a large value, a rollback. */
final class SqlExchange {
  private static final int ROWS = 1_000;

  private SqlExchange() {}

  /**
   * Exchanges data over one connection, then looks at what is left of it over a second one.
   *
   * @param largeType the database's name for a text of 100,000 characters
   */
  static void run(String url, String user, String password, String largeType) throws SQLException {
    String large = "0123456789".repeat(10_000);
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table word (id int primary key, text varchar(40), large " + largeType + ")");
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("insert into word values (?, ?, ?)")) {
        for (int i = 0; i < ROWS; i++) {
          insert.setInt(1, i);
          insert.setString(2, "word " + i);
          insert.setString(3, i == 0 ? large : null);
          insert.addBatch();
        }
        assertThat(insert.executeBatch()).hasSize(ROWS);
      }
      connection.commit();
      statement.executeUpdate("delete from word where id >= 10");
      connection.rollback();
    }
    try (Connection connection = DriverManager.getConnection(url, user, password);
        Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery("select id, text, large from word order by id")) {
        for (int i = 0; i < ROWS; i++) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(i);
          assertThat(rows.getString(2)).isEqualTo("word " + i);
          assertThat(rows.getString(3)).isEqualTo(i == 0 ? large : null);
        }
        assertThat(rows.next()).isFalse();
      }
      statement.execute("drop table word");
    }
  }
}

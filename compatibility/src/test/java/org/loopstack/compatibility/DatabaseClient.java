// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

/** The main class of a JVM that exchanges data with a database and says so. */
final class DatabaseClient {
  private DatabaseClient() {}

  /** The arguments are those of {@link SqlExchange#run}. */
  public static void main(String[] arguments) throws Exception {
    SqlExchange.run(arguments[0], arguments[1], arguments[2], arguments[3]);
    System.out.println("exchanged");
  }

  /**
   * Runs it in a JVM of its own.
   *
   * @param agent the agent's options, or null for a JVM that is not under it
   */
  static String run(String agent, String... arguments) throws Exception {
    String[] rest = new String[arguments.length + 3];
    rest[0] = "-cp";
    rest[1] = System.getProperty("java.class.path");
    rest[2] = DatabaseClient.class.getName();
    System.arraycopy(arguments, 0, rest, 3, arguments.length);
    try (Program program = Program.startJvm(agent, rest)) {
      int _ = program.exitCode();
      return program.output();
    }
  }
}

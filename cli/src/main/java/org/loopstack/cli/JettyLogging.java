// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

/** Jetty's log: silent unless asked for, since what users should know is said in other ways. */
final class JettyLogging {
  private JettyLogging() {}

  /** To be called before Jetty is touched. */
  static void configure(boolean verbose) {
    // jetty-slf4j-impl reads these when the first logger is made.
    System.setProperty("org.eclipse.jetty.LEVEL", verbose ? "INFO" : "OFF");
  }
}

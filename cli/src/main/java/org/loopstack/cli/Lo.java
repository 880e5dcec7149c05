// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code lo}. */
@Command(
    name = "lo",
    description = "A TCP/IP stack of your own, on a loopback interface.",
    mixinStandardHelpOptions = true,
    version = "lo 0.1.0-SNAPSHOT")
public final class Lo {
  private Lo() {}

  /**
   * Runs the command line and ends the process with its exit code.
   *
   * @param args the command line, without the program's name
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Lo()).execute(args));
  }
}

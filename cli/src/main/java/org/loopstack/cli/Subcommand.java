// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

/**
 * A command that another module adds to {@code lo}: found by {@link java.util.ServiceLoader} on the
 * class path.
 */
public interface Subcommand {
  /**
   * The command: an object whose class has picocli's {@code @Command} and which is a {@code
   * Callable<Integer>} that returns the exit status.
   */
  Object command();
}

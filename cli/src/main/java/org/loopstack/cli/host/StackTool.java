// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

/** A command that runs on a stack, inside the stack's process. */
@FunctionalInterface
public interface StackTool {
  /**
   * Runs to its end, or until the session is interrupted.
   *
   * @return the exit status
   * @throws UserException for what the user can mend
   * @throws Exception for what is a bug or a failing machine
   */
  int run(Session session) throws Exception;
}

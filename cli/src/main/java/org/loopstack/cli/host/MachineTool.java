// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

/** A command that is about the machine itself and never about a stack. */
@FunctionalInterface
public interface MachineTool {
  /**
   * Runs to its end, or until the session is interrupted.
   *
   * @param session on the machine
   * @return the exit status
   * @throws UserException for what the user can mend
   * @throws Exception for what is a bug or a failing machine
   */
  int run(Session session) throws Exception;
}

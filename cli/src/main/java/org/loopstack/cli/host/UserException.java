// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.io.Serial;

/** Something the user can understand and mend: it ends the command with one line and a status. */
public final class UserException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final int exitStatus;

  /**
   * Creates one.
   *
   * @param exitStatus one of {@link ExitStatus}
   * @param message one line, without the program's name and without a full stop
   */
  public UserException(int exitStatus, String message) {
    // No stack trace: nobody would see it.
    super(message, null, false, false);
    this.exitStatus = exitStatus;
  }

  /** What the command ends with. */
  public int exitStatus() {
    return exitStatus;
  }

  /** The one line. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}

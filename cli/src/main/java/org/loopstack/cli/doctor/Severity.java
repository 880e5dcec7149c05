// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

/** How bad something is. */
public enum Severity {
  /** Worth knowing; nothing is wrong. */
  NOTE("note", 0),

  /** Some programs, or some day, will suffer. */
  WARNING("warning", 1),

  /** Something does not work now. */
  ERROR("error", 3);

  private final String text;
  private final int exitStatus;

  Severity(String text, int exitStatus) {
    this.text = text;
    this.exitStatus = exitStatus;
  }

  /** As it is printed. */
  public String text() {
    return text;
  }

  /** What {@code lo doctor} exits with if this is the worst. */
  public int exitStatus() {
    return exitStatus;
  }
}

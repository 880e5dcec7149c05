// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

/**
 * Something that was found.
 *
 * @param severity how bad it is
 * @param seen what was seen
 * @param why why it matters
 * @param mend the command, or what else, that mends it; empty for what needs no mending
 */
public record Finding(Severity severity, String seen, String why, String mend) {
  /** Something that does not work. */
  public static Finding error(String seen, String why, String mend) {
    return new Finding(Severity.ERROR, seen, why, mend);
  }

  /** Something that will hurt some. */
  public static Finding warning(String seen, String why, String mend) {
    return new Finding(Severity.WARNING, seen, why, mend);
  }

  /** Something to know. */
  public static Finding note(String seen, String why, String mend) {
    return new Finding(Severity.NOTE, seen, why, mend);
  }
}

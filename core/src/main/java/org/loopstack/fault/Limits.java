// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.time.Duration;

/** Refuses numbers that a rule cannot have, with the bad value and what is allowed. */
final class Limits {
  /** Longer than any test; also what nanoseconds can be added to without overflow. */
  static final Duration LONGEST = Duration.ofDays(365);

  private Limits() {}

  static int check(String what, int value, int least, int most) {
    return (int) check(what, (long) value, least, most);
  }

  static long check(String what, long value, long least, long most) {
    if (value < least || value > most) {
      String range = most == Long.MAX_VALUE ? "at least " + least : least + " to " + most;
      throw new IllegalArgumentException("The " + what + " is " + range + ": " + value);
    }
    return value;
  }

  static double checkProbability(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "A probability is 0 to 1 (in the text of a rule 0% to 100%): " + value);
    }
    return value;
  }

  static long checkDuration(String what, Duration value) {
    if (value.isNegative() || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "The " + what + " is 0 to 365 days: " + Texts.duration(value));
    }
    return value.toNanos();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

/**
 * When something happens, in nanoseconds: since the script began, or since the event before.
 *
 * @param kind how to read the numbers
 * @param from the time, or the earliest
 * @param to the same, or the latest
 */
record EventTime(Kind kind, long from, long to) {
  /** The forms of a time. */
  enum Kind {
    ABSOLUTE,
    RELATIVE,
    ABSOLUTE_RANGE,
    RELATIVE_RANGE,
    ANY
  }

  /** At once. */
  static final EventTime NOW = new EventTime(Kind.RELATIVE, 0, 0);

  boolean isRelative() {
    return kind == Kind.RELATIVE || kind == Kind.RELATIVE_RANGE;
  }

  boolean isRange() {
    return kind == Kind.ABSOLUTE_RANGE || kind == Kind.RELATIVE_RANGE;
  }
}

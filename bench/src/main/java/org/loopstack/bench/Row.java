// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/** One kind of work, which is done by the same code on both sides. */
public interface Row {
  /** What the work is, in a few words. */
  String name();

  /** What its figures are. */
  Unit unit();

  /** What ours is to reach. */
  Bar bar();

  /** Anything a reader should know to understand the figures; empty if there is nothing. */
  default String note() {
    return "";
  }

  /** Whether a quick run measures it; one that does not still does if it is asked for by name. */
  default boolean isQuick() {
    return true;
  }

  /** Rounds before those that count. */
  default int warmUps(Effort effort) {
    return effort.warmUps();
  }

  /**
   * Does the work once for about {@link Effort#nanos} and says how it went. Called on a thread of
   * its own, with nothing else running. Leaves nothing open.
   *
   * @throws Exception if the work fails; the row fails with it
   */
  Sample measure(Side side, Effort effort) throws Exception;
}

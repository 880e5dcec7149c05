// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.Locale;

/**
 * What one direction of the wire does to datagrams. Probabilities are 0 to 1, for each datagram;
 * times are in nanoseconds.
 *
 * @param loss which ones vanish
 * @param duplicate of being carried twice
 * @param reorder of being held back for {@code holdBack}, so that others overtake it
 * @param holdBack how long
 * @param corrupt of being damaged on the way
 * @param mark of a congestion mark, if its sender can hear one (ECT, RFC 3168)
 * @param delay how long every datagram takes
 * @param jitter how much longer at most; each draws its own, so that datagrams overtake one another
 * @param rate bytes per second of the bottleneck, 0 for none
 * @param queue bytes that wait in front of it before the next is lost; from a third of this on,
 *     datagrams that can be marked are
 */
public record PathPlan(
    Loss loss,
    double duplicate,
    double reorder,
    long holdBack,
    double corrupt,
    double mark,
    long delay,
    long jitter,
    int rate,
    int queue) {

  /** A path that only takes its time and loses. */
  public static PathPlan of(Loss loss, long delay) {
    return new PathPlan(loss, 0, 0, 0, 0, 0, delay, 0, 0, 0);
  }

  /**
   * The same, but a SYN is answered once, and within the second after which it is sent again. A
   * client acknowledges a second SYN-ACK with the number that follows its first data. If that
   * overtakes the data, a server that answers SYNs by cookies cannot check the cookie and resets
   * the connection; Linux does so, too.
   */
  PathPlan withoutSecondHandshakes() {
    long soon = Math.min(delay, 100_000_000L);
    return new PathPlan(loss, 0, reorder, holdBack, corrupt, mark, soon, jitter, 0, 0);
  }

  /** The longest that a datagram can be under way, in nanoseconds. */
  public long longest() {
    long queueing = rate == 0 ? 0 : (long) (queue + 65_536) * 1_000_000_000L / rate;
    return delay + jitter + holdBack + queueing;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "loss %s, duplicates %.1f %%, held back %.1f %% by %d ms, damaged %.1f %%, marked %.1f %%,"
            + " delay %.1f + %.1f ms%s",
        loss,
        duplicate * 100,
        reorder * 100,
        holdBack / 1_000_000,
        corrupt * 100,
        mark * 100,
        delay / 1e6,
        jitter / 1e6,
        rate == 0 ? "" : ", " + rate + " B/s with a queue of " + queue);
  }
}

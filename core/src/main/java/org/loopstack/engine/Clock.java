// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

/**
 * The one source of time of a stack. Implementations are safe for use by many threads.
 *
 * <p>Time is read once per entry into an endpoint and passed down; nothing below asks for it again.
 */
public interface Clock {
  /** The deadline that never comes. */
  long NEVER = Long.MAX_VALUE;

  /**
   * A monotonic time in nanoseconds since an arbitrary origin. It is never negative, so that two
   * readings and {@link #NEVER} can be compared with {@code <}.
   *
   * @return nanoseconds, at least 0
   */
  long nanos();

  /**
   * Wall-clock time, for time stamps that people read (captures, logs).
   *
   * @return nanoseconds since 1970-01-01T00:00:00Z
   */
  long epochNanos();

  /**
   * The deadline that lies a delay after a time.
   *
   * @param now a time of this clock
   * @param delay nanoseconds, at least 0
   * @return the sum, or {@link #NEVER} where it overflows
   */
  static long after(long now, long delay) {
    long deadline = now + delay;
    return deadline < now ? NEVER : deadline;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * Arithmetic on TCP sequence numbers, modulo 2^32 (RFC 9293 section 3.4). A sequence number is an
 * {@code int} of 32 unsigned bits; it is compared here and nowhere else.
 *
 * <p>"Since the space is finite, all arithmetic dealing with sequence numbers must be performed
 * modulo 2^32." (RFC 9293 section 3.4)
 *
 * <p>The order is that of the shorter way round: {@code lt(a, b)} when going up from {@code a} to
 * {@code b} takes 1 to 2^31 steps. It is not transitive over the whole circle and means something
 * only for numbers less than 2^31 apart. Exactly 2^31 apart there is no shorter way: there both
 * {@code lt(a, b)} and {@code lt(b, a)} hold, and {@code gt} and {@code lt} agree, just as the
 * signed difference, which is {@link Integer#MIN_VALUE} either way, says. A window is at most 2^30
 * (RFC 7323 section 2.3), so this corner is reached only by a wild segment; use {@link #inWindow},
 * which has no such corner, to accept one.
 */
public final class SequenceNumber {
  private SequenceNumber() {}

  /** Is {@code a} before {@code b}? */
  public static boolean lt(int a, int b) {
    return a - b < 0;
  }

  /** Is {@code a} before {@code b}, or the same? */
  public static boolean le(int a, int b) {
    return a == b || a - b < 0;
  }

  /** Is {@code a} after {@code b}? The same as {@code lt(b, a)}. */
  public static boolean gt(int a, int b) {
    return b - a < 0;
  }

  /** Is {@code a} after {@code b}, or the same? The same as {@code le(b, a)}. */
  public static boolean ge(int a, int b) {
    return a == b || b - a < 0;
  }

  /**
   * Is {@code low <= x <= high} on the way up from {@code low} to {@code high}? Right for any
   * distance below 2^32.
   */
  public static boolean between(int low, int x, int high) {
    return Integer.compareUnsigned(x - low, high - low) <= 0;
  }

  /**
   * Is {@code left <= x < left + size}? Right for any {@code size} from 0 to 2^32 - 1, taken as
   * unsigned; nothing is in a window of size 0.
   */
  public static boolean inWindow(int x, int left, int size) {
    return Integer.compareUnsigned(x - left, size) < 0;
  }

  /** The number {@code count} after {@code a}; {@code count} may be negative. */
  public static int add(int a, int count) {
    return a + count;
  }

  /**
   * How many steps {@code a} is after {@code b}: negative when before, -2^31 when they are exactly
   * 2^31 apart.
   */
  public static int diff(int a, int b) {
    return a - b;
  }

  /** The later of two; {@code a} when neither is. */
  public static int max(int a, int b) {
    return b - a > 0 ? b : a;
  }

  /** The earlier of two; {@code a} when neither is. */
  public static int min(int a, int b) {
    return b - a < 0 && b - a != Integer.MIN_VALUE ? b : a;
  }

  /** The number as it is printed, 0 to 4294967295. */
  public static String toString(int a) {
    return Integer.toUnsignedString(a);
  }
}

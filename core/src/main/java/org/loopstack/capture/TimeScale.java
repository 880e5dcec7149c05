// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.math.BigInteger;

/**
 * What the times of an interface count: "If the Most Significant Bit is equal to zero, the
 * remaining bits indicate the resolution of the timestamp as a negative power of 10 [...]. If the
 * Most Significant Bit is equal to one, the remaining bits indicate the resolution as [a] negative
 * power of 2" (if_tsresol), and from when on (if_tsoffset).
 *
 * @param resolution the option's byte
 * @param offsetSeconds what to add
 */
record TimeScale(int resolution, long offsetSeconds) {
  private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);

  static final TimeScale DEFAULT = new TimeScale(Pcapng.DEFAULT_RESOLUTION, 0);

  /**
   * A time in nanoseconds since 1970.
   *
   * @param ticks without sign
   * @throws ArithmeticException if that is not before the year 2262
   */
  long epochNanos(long ticks) {
    if (resolution == Pcapng.NANOSECONDS && offsetSeconds == 0 && ticks >= 0) {
      return ticks;
    }
    int power = resolution & 0x7f;
    BigInteger perSecond =
        (resolution & 0x80) == 0 ? BigInteger.TEN.pow(power) : BigInteger.ONE.shiftLeft(power);
    return new BigInteger(Long.toUnsignedString(ticks))
        .multiply(BILLION)
        .divide(perSecond)
        .add(BigInteger.valueOf(offsetSeconds).multiply(BILLION))
        .longValueExact();
  }
}

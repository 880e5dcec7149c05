// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The Internet checksum (RFC 1071), in the words of RFC 768: "the 16-bit one's complement of the
 * one's complement sum" of 16-bit words.
 *
 * <p>A <em>sum</em> is here an {@code int} from 0 to 65,535, the one's complement sum so far, not
 * yet complemented. Sums of parts are joined with {@link #add}, or with {@link #append} when a part
 * may begin at an odd place of the whole; {@link #finish} makes the value of the checksum field. A
 * range with its right checksum inside sums to 0xffff.
 */
public final class InternetChecksum {
  /** The sum of a range that holds its own, right checksum: {@code finish} gives 0. */
  public static final int VALID_SUM = 0xffff;

  // "The sum of 16-bit integers can be computed in either byte order" (RFC 1071 section 2 (B)).
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);
  private static final long LOW_HALF = 0xffff_ffffL;
  private static final int LONG_RUN = 256;

  private InternetChecksum() {}

  /** The sum of {@code length} bytes, as if a zero byte followed an odd number of them. */
  public static int sum(byte[] b, int offset, int length) {
    int end = offset + length;
    int at = offset + (length & ~7);
    long sum = length < LONG_RUN ? sumOfFew(b, offset, at) : sumOfMany(b, offset, at);
    for (int shift = 0; at < end; at++, shift += 8) {
      sum += (b[at] & 0xffL) << (shift & 24);
    }
    return swap(fold(sum));
  }

  /**
   * Adds halves of 32 bits into 64: no carry can be lost before 2^32 of them, and an array has
   * fewer.
   */
  private static long sumOfFew(byte[] b, int offset, int end) {
    long sum = 0;
    for (int i = offset; i < end; i += 8) {
      long v = (long) LONG.get(b, i);
      sum += (v & LOW_HALF) + (v >>> 32);
    }
    return sum;
  }

  /**
   * The same for long runs. The JIT makes vectors of this loop as it stands; unrolled by hand, or
   * compiled with a profile of short runs, it is five to eight times slower.
   */
  private static long sumOfMany(byte[] b, int offset, int end) {
    long even = 0;
    long odd = 0;
    for (int i = offset; i < end; i += 8) {
      long v = (long) LONG.get(b, i);
      even += v & LOW_HALF;
      odd += v >>> 32;
    }
    return even + odd;
  }

  /**
   * The sum of a whole whose first {@code lengthBefore} bytes sum to {@code sum} and go on with
   * {@code length} bytes of {@code b}.
   */
  public static int append(int sum, int lengthBefore, byte[] b, int offset, int length) {
    int part = sum(b, offset, length);
    return add(sum, (lengthBefore & 1) == 0 ? part : swap(part));
  }

  /** The sum of two sums, of parts that both begin at an even place. */
  public static int add(int sum, int other) {
    int s = sum + other;
    return (s & 0xffff) + (s >>> 16);
  }

  /** The value of the checksum field for a whole with this sum. */
  public static int finish(int sum) {
    return ~sum & 0xffff;
  }

  /**
   * The sum of the pseudo header: both addresses, the protocol and the length of the upper-layer
   * packet (RFC 9293 section 3.1 for IPv4, RFC 8200 section 8.1 for IPv6; as sums they are the
   * same).
   *
   * @param length of the upper-layer header and data, in bytes, 0 to 2^31 - 1
   */
  public static int pseudoHeader(
      IpAddress source, IpAddress destination, int protocol, int length) {
    if (source.isIpv4()) {
      return fold(
          half(source.ipv4Bits()) + half(destination.ipv4Bits()) + protocol + (long) length);
    }
    return fold(
        halves(source.high())
            + halves(source.low())
            + halves(destination.high())
            + halves(destination.low())
            + protocol
            + length);
  }

  /** The sum of the pseudo header for the IPv4 header at {@code at}. */
  public static int pseudoHeaderIpv4(byte[] b, int at, int protocol, int length) {
    return fold(
        Bytes.u32(b, at + Ipv4Header.SOURCE)
            + Bytes.u32(b, at + Ipv4Header.DESTINATION)
            + protocol
            + length);
  }

  /** The sum of the pseudo header for the IPv6 header at {@code at}, without a routing header. */
  public static int pseudoHeaderIpv6(byte[] b, int at, int protocol, int length) {
    return fold(
        halves(Bytes.i64(b, at + Ipv6Header.SOURCE))
            + halves(Bytes.i64(b, at + Ipv6Header.SOURCE + 8))
            + halves(Bytes.i64(b, at + Ipv6Header.DESTINATION))
            + halves(Bytes.i64(b, at + Ipv6Header.DESTINATION + 8))
            + protocol
            + length);
  }

  /**
   * The checksum field after a 16-bit word it covers changed: "HC' = ~(~HC + ~m + m')" (RFC 1624
   * section 3, equation 3). The word lies at an even place. Right whenever {@code checksum} was,
   * except that a whole of nothing but zeros would have to have 0xffff.
   */
  public static int update16(int checksum, int oldValue, int newValue) {
    int s = (~checksum & 0xffff) + (~oldValue & 0xffff) + (newValue & 0xffff);
    return finish(fold(s));
  }

  /** As {@link #update16} for a 32-bit field at an even place. */
  public static int update32(int checksum, int oldValue, int newValue) {
    long s = (~checksum & 0xffffL) + half(~oldValue) + half(newValue);
    return finish(fold(s));
  }

  /**
   * Folds a sum of many words, none of them negative, to 16 bits: end-around carry, RFC 1071
   * section 1 (3).
   */
  static int fold(long sum) {
    long s = (sum & LOW_HALF) + (sum >>> 32); // at most 33 bits
    s = (s & 0xffff) + (s >>> 16); // at most 18 bits
    s = (s & 0xffff) + (s >>> 16); // at most 17 bits
    s = (s & 0xffff) + (s >>> 16);
    return (int) s;
  }

  private static long half(int v) {
    return v & LOW_HALF;
  }

  private static long halves(long v) {
    return (v & LOW_HALF) + (v >>> 32);
  }

  private static int swap(int sum) {
    return (sum & 0xff) << 8 | sum >>> 8;
  }
}

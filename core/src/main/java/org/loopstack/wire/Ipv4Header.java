// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * The IPv4 header (RFC 791 section 3.1) at {@code (b, at)}.
 *
 * <pre>
 *   0  version, header length   1  traffic class     2  total length
 *   4  identification           6  flags, fragment offset
 *   8  time to live             9  protocol         10  header checksum
 *  12  source                  16  destination      20  options, 0 to 40 bytes: {@link Ipv4Options}
 * </pre>
 */
public final class Ipv4Header {
  /** The length without options, in bytes. */
  public static final int MIN_LENGTH = 20;

  /** The length with all options there can be, in bytes. */
  public static final int MAX_LENGTH = 60;

  /** The largest total length, header included, in bytes. */
  public static final int MAX_TOTAL_LENGTH = 65_535;

  /** The flag "Don't Fragment", as {@link #encode} takes it and {@link #flags} gives it. */
  public static final int DONT_FRAGMENT = 2;

  /** The flag "More Fragments". */
  public static final int MORE_FRAGMENTS = 1;

  static final int TOTAL_LENGTH = 2;
  static final int IDENTIFICATION = 4;
  static final int FLAGS_OFFSET = 6;
  static final int TTL = 8;
  static final int PROTOCOL = 9;
  static final int CHECKSUM = 10;
  static final int SOURCE = 12;
  static final int DESTINATION = 16;

  private Ipv4Header() {}

  /**
   * Checks that a header and the datagram it announces lie in {@code at..limit-1}. It does not look
   * at the checksum ({@link #isChecksumValid}), at options ({@link Ipv4Options#findInvalid}) or at
   * the addresses' meaning. Bytes after the total length are allowed: a link may pad.
   *
   * @return {@code null} if the accessors may be used, or why not
   */
  public static @Nullable DropReason validate(byte[] b, int at, int limit) {
    int available = limit - at;
    if (available < MIN_LENGTH) {
      return DropReason.IP_HEADER_TRUNCATED;
    }
    // RFC 1122 3.2.1.1: "A datagram whose version number is not 4 MUST be silently discarded."
    if (version(b, at) != 4) {
      return DropReason.IP_VERSION;
    }
    int headerLength = headerLength(b, at);
    if (headerLength < MIN_LENGTH) {
      return DropReason.IP_HEADER_LENGTH;
    }
    if (headerLength > available) {
      return DropReason.IP_HEADER_TRUNCATED;
    }
    int totalLength = totalLength(b, at);
    if (totalLength < headerLength || totalLength > available) {
      return DropReason.IP_TOTAL_LENGTH;
    }
    return null;
  }

  /** The version field: what tells IPv4 from IPv6 in the first byte of any datagram. */
  public static int version(byte[] b, int at) {
    return Bytes.u8(b, at) >>> 4;
  }

  /** The header's length with options, 20 to 60 bytes. */
  public static int headerLength(byte[] b, int at) {
    return (b[at] & 0xf) << 2;
  }

  /** The byte of DSCP and ECN, see {@link TrafficClass}. */
  public static int trafficClass(byte[] b, int at) {
    return Bytes.u8(b, at + 1);
  }

  /** The length of header and payload, in bytes. */
  public static int totalLength(byte[] b, int at) {
    return Bytes.u16(b, at + TOTAL_LENGTH);
  }

  /** The identification of the datagram's fragments, 0 to 65,535. */
  public static int identification(byte[] b, int at) {
    return Bytes.u16(b, at + IDENTIFICATION);
  }

  /** The three flags: {@link #DONT_FRAGMENT}, {@link #MORE_FRAGMENTS} and the reserved 4. */
  public static int flags(byte[] b, int at) {
    return Bytes.u8(b, at + FLAGS_OFFSET) >>> 5;
  }

  /** May no router fragment it? */
  public static boolean dontFragment(byte[] b, int at) {
    return (b[at + FLAGS_OFFSET] & 0x40) != 0;
  }

  /** Do fragments follow this one? */
  public static boolean moreFragments(byte[] b, int at) {
    return (b[at + FLAGS_OFFSET] & 0x20) != 0;
  }

  /**
   * Where this fragment's payload belongs in the whole, in bytes: a multiple of 8, at most 65,528.
   */
  public static int fragmentOffset(byte[] b, int at) {
    return (Bytes.u16(b, at + FLAGS_OFFSET) & 0x1fff) << 3;
  }

  /** Is it a part of a datagram, the first one included? */
  public static boolean isFragment(byte[] b, int at) {
    return (Bytes.u16(b, at + FLAGS_OFFSET) & 0x3fff) != 0;
  }

  /** The time to live, 0 to 255. */
  public static int ttl(byte[] b, int at) {
    return Bytes.u8(b, at + TTL);
  }

  /** The protocol of the payload, see {@link IpProtocol}. */
  public static int protocol(byte[] b, int at) {
    return Bytes.u8(b, at + PROTOCOL);
  }

  /** The checksum field as it stands. */
  public static int checksum(byte[] b, int at) {
    return Bytes.u16(b, at + CHECKSUM);
  }

  /** The source address. */
  public static IpAddress source(byte[] b, int at) {
    return IpAddress.readIpv4(b, at + SOURCE);
  }

  /** The destination address. */
  public static IpAddress destination(byte[] b, int at) {
    return IpAddress.readIpv4(b, at + DESTINATION);
  }

  /** The 32 bits of the source address, for a test that allocates nothing. */
  public static int sourceBits(byte[] b, int at) {
    return Bytes.i32(b, at + SOURCE);
  }

  /** The 32 bits of the destination address. */
  public static int destinationBits(byte[] b, int at) {
    return Bytes.i32(b, at + DESTINATION);
  }

  /** Where the payload begins. */
  public static int payloadAt(byte[] b, int at) {
    return at + headerLength(b, at);
  }

  /** The length of the payload in bytes. */
  public static int payloadLength(byte[] b, int at) {
    return totalLength(b, at) - headerLength(b, at);
  }

  /** The offset after the datagram. */
  public static int end(byte[] b, int at) {
    return at + totalLength(b, at);
  }

  /** Is the header checksum right? */
  public static boolean isChecksumValid(byte[] b, int at) {
    return InternetChecksum.sum(b, at, headerLength(b, at)) == InternetChecksum.VALID_SUM;
  }

  /** Computes the header checksum and writes it. */
  public static void updateChecksum(byte[] b, int at) {
    Bytes.put16(b, at + CHECKSUM, 0);
    int sum = InternetChecksum.sum(b, at, headerLength(b, at));
    Bytes.put16(b, at + CHECKSUM, InternetChecksum.finish(sum));
  }

  /**
   * Writes a header and its checksum. Options, if {@code headerLength} leaves room for them, stand
   * at {@code at + 20} already.
   *
   * @param headerLength with options, 20 to 60, a multiple of 4
   * @param totalLength header and payload, at most 65,535
   * @param flags {@link #DONT_FRAGMENT}, {@link #MORE_FRAGMENTS} or 0
   * @param fragmentOffset in bytes, a multiple of 8
   */
  public static void encode(
      byte[] b,
      int at,
      int headerLength,
      int trafficClass,
      int totalLength,
      int identification,
      int flags,
      int fragmentOffset,
      int ttl,
      int protocol,
      IpAddress source,
      IpAddress destination) {
    Bytes.put16(b, at, 0x4000 | headerLength << 6 | trafficClass);
    Bytes.put16(b, at + TOTAL_LENGTH, totalLength);
    Bytes.put16(b, at + IDENTIFICATION, identification);
    Bytes.put16(b, at + FLAGS_OFFSET, flags << 13 | fragmentOffset >>> 3);
    Bytes.put8(b, at + TTL, ttl);
    Bytes.put8(b, at + PROTOCOL, protocol);
    Bytes.put32(b, at + SOURCE, source.ipv4Bits());
    Bytes.put32(b, at + DESTINATION, destination.ipv4Bits());
    updateChecksum(b, at);
  }

  /**
   * Changes the time to live and, incrementally, the checksum (RFC 1624): a wrong checksum stays
   * wrong.
   */
  public static void setTtl(byte[] b, int at, int ttl) {
    int before = Bytes.u16(b, at + TTL);
    Bytes.put8(b, at + TTL, ttl);
    int after = Bytes.u16(b, at + TTL);
    Bytes.put16(b, at + CHECKSUM, InternetChecksum.update16(checksum(b, at), before, after));
  }
}

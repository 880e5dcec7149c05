// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * The IPv6 header (RFC 8200 section 3) at {@code (b, at)}; what may stand between it and the upper
 * layer is walked by {@link Ipv6ExtensionHeaders}.
 *
 * <pre>
 *   0  version, traffic class, flow label
 *   4  payload length           6  next header       7  hop limit
 *   8  source                  24  destination
 * </pre>
 *
 * <p>Left out: jumbograms (RFC 2675), which need a link with an MTU above 65,575.
 */
public final class Ipv6Header {
  /** The length of the header, in bytes. */
  public static final int LENGTH = 40;

  /** The largest payload, extension headers included, in bytes. */
  public static final int MAX_PAYLOAD_LENGTH = 65_535;

  /** The MTU that every link with IPv6 has at least (RFC 8200 section 5), in bytes. */
  public static final int MIN_MTU = 1280;

  static final int PAYLOAD_LENGTH = 4;
  static final int NEXT_HEADER = 6;
  static final int HOP_LIMIT = 7;
  static final int SOURCE = 8;
  static final int DESTINATION = 24;

  private Ipv6Header() {}

  /**
   * Checks that a header and the payload it announces lie in {@code at..limit-1}, and that neither
   * address is IPv4-mapped: such a datagram would pose as IPv4 to everything that compares {@link
   * IpAddress}es. Bytes after the payload are allowed.
   *
   * @return {@code null} if the accessors may be used, or why not
   */
  public static @Nullable DropReason validate(byte[] b, int at, int limit) {
    int available = limit - at;
    if (available < LENGTH) {
      return DropReason.IP_HEADER_TRUNCATED;
    }
    if (version(b, at) != 6) {
      return DropReason.IP_VERSION;
    }
    if (payloadLength(b, at) > available - LENGTH) {
      return DropReason.IP_TOTAL_LENGTH;
    }
    if (IpAddress.isIpv4Mapped(b, at + SOURCE)) {
      return DropReason.MARTIAN_SOURCE;
    }
    if (IpAddress.isIpv4Mapped(b, at + DESTINATION)) {
      return DropReason.MARTIAN_DESTINATION;
    }
    return null;
  }

  /** The version field. */
  public static int version(byte[] b, int at) {
    return Bytes.u8(b, at) >>> 4;
  }

  /** The byte of DSCP and ECN, see {@link TrafficClass}. */
  public static int trafficClass(byte[] b, int at) {
    return Bytes.u16(b, at) >>> 4 & 0xff;
  }

  /** The flow label, 20 bits (RFC 6437). */
  public static int flowLabel(byte[] b, int at) {
    return Bytes.i32(b, at) & 0xf_ffff;
  }

  /** The length of all after this header, in bytes. */
  public static int payloadLength(byte[] b, int at) {
    return Bytes.u16(b, at + PAYLOAD_LENGTH);
  }

  /** What follows this header, see {@link IpProtocol}. */
  public static int nextHeader(byte[] b, int at) {
    return Bytes.u8(b, at + NEXT_HEADER);
  }

  /** The hop limit, 0 to 255. */
  public static int hopLimit(byte[] b, int at) {
    return Bytes.u8(b, at + HOP_LIMIT);
  }

  /** The source address. */
  public static IpAddress source(byte[] b, int at) {
    return IpAddress.readIpv6(b, at + SOURCE);
  }

  /** The destination address. */
  public static IpAddress destination(byte[] b, int at) {
    return IpAddress.readIpv6(b, at + DESTINATION);
  }

  /** The offset after the datagram. */
  public static int end(byte[] b, int at) {
    return at + LENGTH + payloadLength(b, at);
  }

  /**
   * Writes a header.
   *
   * @param flowLabel 20 bits
   * @param payloadLength of all that follows, at most 65,535
   */
  public static void encode(
      byte[] b,
      int at,
      int trafficClass,
      int flowLabel,
      int payloadLength,
      int nextHeader,
      int hopLimit,
      IpAddress source,
      IpAddress destination) {
    Bytes.put32(b, at, 0x6000_0000 | trafficClass << 20 | flowLabel);
    Bytes.put16(b, at + PAYLOAD_LENGTH, payloadLength);
    Bytes.put8(b, at + NEXT_HEADER, nextHeader);
    Bytes.put8(b, at + HOP_LIMIT, hopLimit);
    source.writeIpv6(b, at + SOURCE);
    destination.writeIpv6(b, at + DESTINATION);
  }

  /** Changes the hop limit. */
  public static void setHopLimit(byte[] b, int at, int hopLimit) {
    Bytes.put8(b, at + HOP_LIMIT, hopLimit);
  }
}

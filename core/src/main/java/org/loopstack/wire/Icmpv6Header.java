// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * An ICMPv6 message (RFC 4443) at {@code (b, at)}.
 *
 * <pre>
 *   0  type   1  code   2  checksum, with pseudo header   4  32 bits, by type   8  data, or the datagram in error
 * </pre>
 */
public final class Icmpv6Header {
  /** The length of the header with the 32 bits that every message has, in bytes. */
  public static final int LENGTH = 8;

  /** Type: destination unreachable. */
  public static final int UNREACHABLE = 1;

  /** Type: packet too big; holds {@link #mtu}. */
  public static final int PACKET_TOO_BIG = 2;

  /** Type: time exceeded. */
  public static final int TIME_EXCEEDED = 3;

  /** Type: parameter problem; holds {@link #pointer}. */
  public static final int PARAMETER_PROBLEM = 4;

  /** Type: echo request. */
  public static final int ECHO_REQUEST = 128;

  /** Type: echo reply. */
  public static final int ECHO_REPLY = 129;

  /** Type: multicast listener query (RFC 3810). */
  public static final int MULTICAST_LISTENER_QUERY = 130;

  /** Type: router solicitation (RFC 4861). */
  public static final int ROUTER_SOLICITATION = 133;

  /** Type: router advertisement. */
  public static final int ROUTER_ADVERTISEMENT = 134;

  /** Type: neighbor solicitation. */
  public static final int NEIGHBOR_SOLICITATION = 135;

  /** Type: neighbor advertisement. */
  public static final int NEIGHBOR_ADVERTISEMENT = 136;

  /** Type: redirect. */
  public static final int REDIRECT = 137;

  /** Type: multicast listener report, version 2 (RFC 3810). */
  public static final int MULTICAST_LISTENER_REPORT = 143;

  /** Code of {@link #UNREACHABLE}: no route to destination. */
  public static final int NO_ROUTE = 0;

  /** Code of {@link #UNREACHABLE}: administratively prohibited. */
  public static final int ADMINISTRATIVELY_PROHIBITED = 1;

  /** Code of {@link #UNREACHABLE}: beyond scope of source address. */
  public static final int BEYOND_SCOPE = 2;

  /** Code of {@link #UNREACHABLE}: address unreachable. */
  public static final int ADDRESS_UNREACHABLE = 3;

  /** Code of {@link #UNREACHABLE}: port unreachable. */
  public static final int PORT_UNREACHABLE = 4;

  /** Code of {@link #TIME_EXCEEDED}: hop limit exceeded in transit. */
  public static final int HOP_LIMIT_EXCEEDED = 0;

  /** Code of {@link #TIME_EXCEEDED}: fragment reassembly time exceeded. */
  public static final int REASSEMBLY_TIME_EXCEEDED = 1;

  /** Code of {@link #PARAMETER_PROBLEM}: erroneous header field. */
  public static final int ERRONEOUS_HEADER = 0;

  /** Code of {@link #PARAMETER_PROBLEM}: unrecognized next header type. */
  public static final int UNRECOGNIZED_NEXT_HEADER = 1;

  /** Code of {@link #PARAMETER_PROBLEM}: unrecognized IPv6 option. */
  public static final int UNRECOGNIZED_OPTION = 2;

  /**
   * Code of {@link #PARAMETER_PROBLEM}: incomplete header chain in the first fragment (RFC 7112).
   */
  public static final int INCOMPLETE_HEADER_CHAIN = 3;

  private static final int CHECKSUM = 2;
  private static final int REST = 4;

  private Icmpv6Header() {}

  /**
   * Checks that a message lies in {@code at..limit-1}; {@code limit} is the end of the datagram. An
   * error of a known type holds an IPv6 header at least: "As much of invoking packet as possible
   * without the ICMPv6 packet exceeding the minimum IPv6 MTU" (RFC 4443); its payload length may
   * well be beyond {@code limit}. The checksum is not looked at; a type that is not known is fine.
   *
   * @return {@code null} if the accessors may be used, or why not
   */
  public static @Nullable DropReason validate(byte[] b, int at, int limit) {
    int available = limit - at;
    if (available < LENGTH) {
      return DropReason.ICMP_INVALID;
    }
    int type = type(b, at);
    if (type < UNREACHABLE || type > PARAMETER_PROBLEM) {
      return null;
    }
    boolean embedded =
        available >= LENGTH + Ipv6Header.LENGTH && Ipv6Header.version(b, embeddedAt(at)) == 6;
    return embedded ? null : DropReason.ICMP_INVALID;
  }

  /**
   * "Error messages are identified as such by a zero in the high-order bit of their message Type"
   * (section 2.1).
   */
  public static boolean isError(int type) {
    return type < 128;
  }

  /** The type. */
  public static int type(byte[] b, int at) {
    return Bytes.u8(b, at);
  }

  /** The code, whose meaning is the type's. */
  public static int code(byte[] b, int at) {
    return Bytes.u8(b, at + 1);
  }

  /** The checksum field as it stands. */
  public static int checksum(byte[] b, int at) {
    return Bytes.u16(b, at + CHECKSUM);
  }

  /** The 32 bits after the checksum. */
  public static int rest(byte[] b, int at) {
    return Bytes.i32(b, at + REST);
  }

  /** The identifier of an echo. */
  public static int identifier(byte[] b, int at) {
    return Bytes.u16(b, at + REST);
  }

  /** The sequence number of an echo. */
  public static int sequence(byte[] b, int at) {
    return Bytes.u16(b, at + REST + 2);
  }

  /** The MTU of the next hop's link in {@link #PACKET_TOO_BIG}, 0 to 2^32 - 1. */
  public static long mtu(byte[] b, int at) {
    return Bytes.u32(b, at + REST);
  }

  /** Which byte of the datagram in error a parameter problem is about, 0 to 2^32 - 1. */
  public static long pointer(byte[] b, int at) {
    return Bytes.u32(b, at + REST);
  }

  /** Where the data of an echo begins. */
  public static int payloadAt(int at) {
    return at + LENGTH;
  }

  /**
   * Where the datagram in error begins: its IPv6 header, which is whole, and what else had room.
   */
  public static int embeddedAt(int at) {
    return at + LENGTH;
  }

  /** Writes a header whose checksum is 0. */
  public static void encode(byte[] b, int at, int type, int code, int rest) {
    IcmpHeader.encode(b, at, type, code, rest);
  }

  /** The {@code rest} of an echo. */
  public static int restOfEcho(int identifier, int sequence) {
    return IcmpHeader.restOfEcho(identifier, sequence);
  }

  /**
   * Computes the checksum over {@code at..limit-1} and writes it.
   *
   * @param pseudoHeader the sum of the pseudo header, for a length of {@code limit - at}
   */
  public static void updateChecksum(byte[] b, int at, int limit, int pseudoHeader) {
    Bytes.put16(b, at + CHECKSUM, 0);
    int sum = InternetChecksum.add(pseudoHeader, InternetChecksum.sum(b, at, limit - at));
    Bytes.put16(b, at + CHECKSUM, InternetChecksum.finish(sum));
  }

  /**
   * Is the checksum right?
   *
   * @param pseudoHeader the sum of the pseudo header, for a length of {@code limit - at}
   */
  public static boolean isChecksumValid(byte[] b, int at, int limit, int pseudoHeader) {
    int sum = InternetChecksum.sum(b, at, limit - at);
    return InternetChecksum.add(pseudoHeader, sum) == InternetChecksum.VALID_SUM;
  }
}

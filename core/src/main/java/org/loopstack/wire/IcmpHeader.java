// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * An ICMP message for IPv4 (RFC 792) at {@code (b, at)}.
 *
 * <pre>
 *   0  type   1  code   2  checksum   4  rest of header, by type   8  data, or the datagram in error
 * </pre>
 */
public final class IcmpHeader {
  /** The length of the header, in bytes. */
  public static final int LENGTH = 8;

  /** The length of a timestamp message, in bytes. */
  public static final int TIMESTAMP_LENGTH = 20;

  /** Type: echo reply. */
  public static final int ECHO_REPLY = 0;

  /** Type: destination unreachable. */
  public static final int UNREACHABLE = 3;

  /** Type: source quench, deprecated (RFC 6633). */
  public static final int SOURCE_QUENCH = 4;

  /** Type: redirect. */
  public static final int REDIRECT = 5;

  /** Type: echo. */
  public static final int ECHO_REQUEST = 8;

  /** Type: time exceeded. */
  public static final int TIME_EXCEEDED = 11;

  /** Type: parameter problem. */
  public static final int PARAMETER_PROBLEM = 12;

  /** Type: timestamp. */
  public static final int TIMESTAMP_REQUEST = 13;

  /** Type: timestamp reply. */
  public static final int TIMESTAMP_REPLY = 14;

  /** Code of {@link #UNREACHABLE}: net unreachable. */
  public static final int NET_UNREACHABLE = 0;

  /** Code of {@link #UNREACHABLE}: host unreachable. */
  public static final int HOST_UNREACHABLE = 1;

  /** Code of {@link #UNREACHABLE}: protocol unreachable. */
  public static final int PROTOCOL_UNREACHABLE = 2;

  /** Code of {@link #UNREACHABLE}: port unreachable. */
  public static final int PORT_UNREACHABLE = 3;

  /** Code of {@link #UNREACHABLE}: fragmentation needed and DF set; holds {@link #nextHopMtu}. */
  public static final int FRAGMENTATION_NEEDED = 4;

  /** Code of {@link #UNREACHABLE}: source route failed. */
  public static final int SOURCE_ROUTE_FAILED = 5;

  /** Code of {@link #UNREACHABLE}: administratively prohibited (RFC 1812 section 5.2.7.1). */
  public static final int ADMINISTRATIVELY_PROHIBITED = 13;

  /** Code of {@link #TIME_EXCEEDED}: time to live exceeded in transit. */
  public static final int TTL_EXCEEDED = 0;

  /** Code of {@link #TIME_EXCEEDED}: fragment reassembly time exceeded. */
  public static final int REASSEMBLY_TIME_EXCEEDED = 1;

  /** Code of {@link #PARAMETER_PROBLEM}: {@link #pointer} indicates the error. */
  public static final int POINTER_INDICATES_ERROR = 0;

  /**
   * Code of {@link #PARAMETER_PROBLEM}: a required option is missing (RFC 1122 section 3.2.2.5).
   */
  public static final int REQUIRED_OPTION_MISSING = 1;

  /** How many bytes of the payload in error a message holds at least: both ports, SEG.SEQ. */
  public static final int EMBEDDED_PAYLOAD = 8;

  static final int CHECKSUM = 2;
  private static final int REST = 4;

  private IcmpHeader() {}

  /**
   * Checks that a message lies in {@code at..limit-1}; {@code limit} is the end of the IP payload.
   * A timestamp has its 20 bytes. An error holds an IPv4 header with its options and 8 bytes of its
   * payload: "The internet header plus the first 64 bits of the original datagram's data" (RFC
   * 792); the total length in that header may well be beyond {@code limit}. The checksum is not
   * looked at; a type that is not known is fine.
   *
   * @return {@code null} if the accessors may be used, or why not
   */
  public static @Nullable DropReason validate(byte[] b, int at, int limit) {
    int available = limit - at;
    if (available < LENGTH) {
      return DropReason.ICMP_INVALID;
    }
    int type = type(b, at);
    if (isError(type)) {
      return isEmbeddedValid(b, at, limit) ? null : DropReason.ICMP_INVALID;
    }
    boolean timestamp = type == TIMESTAMP_REQUEST || type == TIMESTAMP_REPLY;
    return timestamp && available < TIMESTAMP_LENGTH ? DropReason.ICMP_INVALID : null;
  }

  private static boolean isEmbeddedValid(byte[] b, int at, int limit) {
    int inner = embeddedAt(at);
    int available = limit - inner;
    if (available < Ipv4Header.MIN_LENGTH + EMBEDDED_PAYLOAD) {
      return false;
    }
    int headerLength = Ipv4Header.headerLength(b, inner);
    return Ipv4Header.version(b, inner) == 4
        && headerLength >= Ipv4Header.MIN_LENGTH
        && headerLength + EMBEDDED_PAYLOAD <= available;
  }

  /** Does a message of this type report an error, and so hold the datagram in error? */
  public static boolean isError(int type) {
    return switch (type) {
      case UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
      default -> false;
    };
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

  /** The identifier of an echo or timestamp. */
  public static int identifier(byte[] b, int at) {
    return Bytes.u16(b, at + REST);
  }

  /** The sequence number of an echo or timestamp. */
  public static int sequence(byte[] b, int at) {
    return Bytes.u16(b, at + REST + 2);
  }

  /**
   * The MTU of the next hop in {@link #FRAGMENTATION_NEEDED} (RFC 1191 section 4); 0 from an old
   * router.
   */
  public static int nextHopMtu(byte[] b, int at) {
    return Bytes.u16(b, at + REST + 2);
  }

  /** Which byte of the datagram in error a parameter problem is about. */
  public static int pointer(byte[] b, int at) {
    return Bytes.u8(b, at + REST);
  }

  /** The better router of a redirect. */
  public static IpAddress gateway(byte[] b, int at) {
    return IpAddress.readIpv4(b, at + REST);
  }

  /** When a timestamp was sent, in milliseconds since midnight UT. */
  public static int originateTimestamp(byte[] b, int at) {
    return Bytes.i32(b, at + 8);
  }

  /** When the replier received it. */
  public static int receiveTimestamp(byte[] b, int at) {
    return Bytes.i32(b, at + 12);
  }

  /** When the replier sent it back. */
  public static int transmitTimestamp(byte[] b, int at) {
    return Bytes.i32(b, at + 16);
  }

  /** Where the data of an echo begins. */
  public static int payloadAt(int at) {
    return at + LENGTH;
  }

  /**
   * Where the datagram in error begins: its IPv4 header, which is whole, and 8 bytes or more of
   * payload.
   */
  public static int embeddedAt(int at) {
    return at + LENGTH;
  }

  /** Writes a header whose checksum is 0. */
  public static void encode(byte[] b, int at, int type, int code, int rest) {
    Bytes.put8(b, at, type);
    Bytes.put8(b, at + 1, code);
    Bytes.put16(b, at + CHECKSUM, 0);
    Bytes.put32(b, at + REST, rest);
  }

  /** The {@code rest} of an echo or timestamp. */
  public static int restOfEcho(int identifier, int sequence) {
    return identifier << 16 | sequence & 0xffff;
  }

  /** Computes the checksum over {@code at..limit-1} and writes it. */
  public static void updateChecksum(byte[] b, int at, int limit) {
    Bytes.put16(b, at + CHECKSUM, 0);
    int sum = InternetChecksum.sum(b, at, limit - at);
    Bytes.put16(b, at + CHECKSUM, InternetChecksum.finish(sum));
  }

  /** Is the checksum over {@code at..limit-1} right? */
  public static boolean isChecksumValid(byte[] b, int at, int limit) {
    return InternetChecksum.sum(b, at, limit - at) == InternetChecksum.VALID_SUM;
  }
}

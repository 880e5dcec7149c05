// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * The UDP header (RFC 768) at {@code (b, at)}.
 *
 * <pre>
 *   0  source port   2  destination port   4  length   6  checksum
 * </pre>
 */
public final class UdpHeader {
  /** The length of the header, in bytes. */
  public static final int LENGTH = 8;

  static final int DESTINATION_PORT = 2;
  static final int UDP_LENGTH = 4;
  static final int CHECKSUM = 6;

  private UdpHeader() {}

  /**
   * Checks that a header and the data it announces lie in {@code at..limit-1}; {@code limit} is the
   * end of the IP payload, whose bytes after the UDP length are ignored. The checksum is not looked
   * at.
   *
   * @return {@code null} if the accessors may be used, or why not
   */
  public static @Nullable DropReason validate(byte[] b, int at, int limit) {
    int available = limit - at;
    if (available < LENGTH) {
      return DropReason.UDP_LENGTH;
    }
    int length = length(b, at);
    return length < LENGTH || length > available ? DropReason.UDP_LENGTH : null;
  }

  /** The source port, 0 to 65,535; 0 means none. */
  public static int sourcePort(byte[] b, int at) {
    return Bytes.u16(b, at);
  }

  /** The destination port, 0 to 65,535. */
  public static int destinationPort(byte[] b, int at) {
    return Bytes.u16(b, at + DESTINATION_PORT);
  }

  /** The length of header and data, in bytes. */
  public static int length(byte[] b, int at) {
    return Bytes.u16(b, at + UDP_LENGTH);
  }

  /** The checksum field as it stands; 0 means that there is none. */
  public static int checksum(byte[] b, int at) {
    return Bytes.u16(b, at + CHECKSUM);
  }

  /** Where the data begins. */
  public static int payloadAt(int at) {
    return at + LENGTH;
  }

  /** The length of the data, in bytes. */
  public static int payloadLength(byte[] b, int at) {
    return length(b, at) - LENGTH;
  }

  /** Writes a header whose checksum is 0: none. Data follows at {@code at + 8}. */
  public static void encode(
      byte[] b, int at, int sourcePort, int destinationPort, int payloadLength) {
    Bytes.put16(b, at, sourcePort);
    Bytes.put16(b, at + DESTINATION_PORT, destinationPort);
    Bytes.put16(b, at + UDP_LENGTH, LENGTH + payloadLength);
    Bytes.put16(b, at + CHECKSUM, 0);
  }

  /**
   * Computes the checksum over the UDP length and writes it.
   *
   * @param pseudoHeader the sum of the pseudo header, for the UDP length
   */
  public static void updateChecksum(byte[] b, int at, int pseudoHeader) {
    Bytes.put16(b, at + CHECKSUM, 0);
    int sum = InternetChecksum.add(pseudoHeader, InternetChecksum.sum(b, at, length(b, at)));
    Bytes.put16(b, at + CHECKSUM, fieldOf(sum));
  }

  /**
   * The value of the checksum field for a sum over pseudo header, header and data.
   *
   * <p>"If the computed checksum is zero, it is transmitted as all ones (the equivalent in one's
   * complement arithmetic)." (RFC 768)
   */
  public static int fieldOf(int sum) {
    int checksum = InternetChecksum.finish(sum);
    return checksum == 0 ? 0xffff : checksum;
  }

  /**
   * Is the checksum right? Only where there is one: whether a checksum of 0 is allowed is for the
   * caller to say (RFC 768: over IPv4 it is; RFC 8200 section 8.1: over IPv6 it is not).
   *
   * @param pseudoHeader the sum of the pseudo header, for the UDP length
   */
  public static boolean isChecksumValid(byte[] b, int at, int pseudoHeader) {
    int sum = InternetChecksum.sum(b, at, length(b, at));
    return InternetChecksum.add(pseudoHeader, sum) == InternetChecksum.VALID_SUM;
  }
}

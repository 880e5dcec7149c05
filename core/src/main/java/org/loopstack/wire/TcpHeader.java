// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * The TCP header (RFC 9293 section 3.1) at {@code (b, at)}; its options are read and written by
 * {@link TcpOptions}.
 *
 * <pre>
 *   0  source port          2  destination port
 *   4  sequence number      8  acknowledgment number
 *  12  data offset, reserved, AE and the eight control bits   14  window
 *  16  checksum            18  urgent pointer                 20  options, 0 to 40 bytes
 * </pre>
 */
public final class TcpHeader {
  /** The length without options, in bytes. */
  public static final int MIN_LENGTH = 20;

  /** The length with all options there can be, in bytes. */
  public static final int MAX_LENGTH = 60;

  /** No more data from sender. */
  public static final int FIN = 0x001;

  /** Synchronize sequence numbers. */
  public static final int SYN = 0x002;

  /** Reset the connection. */
  public static final int RST = 0x004;

  /** Push function. */
  public static final int PSH = 0x008;

  /** Acknowledgment field is significant. */
  public static final int ACK = 0x010;

  /** Urgent pointer field is significant. */
  public static final int URG = 0x020;

  /** ECN echo (RFC 3168). */
  public static final int ECE = 0x040;

  /** Congestion window reduced (RFC 3168). */
  public static final int CWR = 0x080;

  /** Accurate ECN, once NS (RFC 9768). */
  public static final int AE = 0x100;

  static final int DESTINATION_PORT = 2;
  static final int SEQUENCE = 4;
  static final int ACKNOWLEDGMENT = 8;
  static final int OFFSET_FLAGS = 12;
  static final int WINDOW = 14;
  static final int CHECKSUM = 16;
  static final int URGENT_POINTER = 18;

  private TcpHeader() {}

  /**
   * Checks that a header lies in {@code at..limit-1}; {@code limit} is the end of the segment,
   * which is the end of the IP payload. Neither the checksum nor the options are looked at.
   *
   * @return {@code null} if the accessors may be used, or why not
   */
  public static @Nullable DropReason validate(byte[] b, int at, int limit) {
    if (limit - at < MIN_LENGTH) {
      return DropReason.TCP_HEADER_INVALID;
    }
    int headerLength = headerLength(b, at);
    return headerLength < MIN_LENGTH || headerLength > limit - at
        ? DropReason.TCP_HEADER_INVALID
        : null;
  }

  /** The source port, 0 to 65,535. */
  public static int sourcePort(byte[] b, int at) {
    return Bytes.u16(b, at);
  }

  /** The destination port, 0 to 65,535. */
  public static int destinationPort(byte[] b, int at) {
    return Bytes.u16(b, at + DESTINATION_PORT);
  }

  /** SEG.SEQ, see {@link SequenceNumber}. */
  public static int sequence(byte[] b, int at) {
    return Bytes.i32(b, at + SEQUENCE);
  }

  /** SEG.ACK; it means something only with {@link #ACK}. */
  public static int acknowledgment(byte[] b, int at) {
    return Bytes.i32(b, at + ACKNOWLEDGMENT);
  }

  /** The header's length with options, 20 to 60 bytes. */
  public static int headerLength(byte[] b, int at) {
    return Bytes.u8(b, at + OFFSET_FLAGS) >>> 4 << 2;
  }

  /** The nine control bits; the three reserved ones "must be ignored in received segments". */
  public static int flags(byte[] b, int at) {
    return Bytes.u16(b, at + OFFSET_FLAGS) & 0x1ff;
  }

  /** Are all of these control bits set? */
  public static boolean has(byte[] b, int at, int flags) {
    return (flags(b, at) & flags) == flags;
  }

  /** SEG.WND as it stands, 0 to 65,535, not scaled. */
  public static int window(byte[] b, int at) {
    return Bytes.u16(b, at + WINDOW);
  }

  /** The checksum field as it stands. */
  public static int checksum(byte[] b, int at) {
    return Bytes.u16(b, at + CHECKSUM);
  }

  /** SEG.UP; it means something only with {@link #URG}. */
  public static int urgentPointer(byte[] b, int at) {
    return Bytes.u16(b, at + URGENT_POINTER);
  }

  /** Where the data begins. */
  public static int payloadAt(byte[] b, int at) {
    return at + headerLength(b, at);
  }

  /** The length of the data in a segment that ends at {@code limit}, in bytes. */
  public static int payloadLength(byte[] b, int at, int limit) {
    return limit - at - headerLength(b, at);
  }

  /**
   * SEG.LEN: how much sequence space the segment takes, "counting SYN and FIN" (RFC 9293 section
   * 3.4).
   */
  public static int segmentLength(byte[] b, int at, int limit) {
    int flags = flags(b, at);
    return payloadLength(b, at, limit) + (flags & FIN) + ((flags & SYN) >>> 1);
  }

  /**
   * Writes a header whose checksum is 0. Options, if {@code headerLength} leaves room for them, are
   * written at {@code at + 20} by the caller, before or after.
   *
   * @param headerLength with options, 20 to 60, a multiple of 4
   * @param flags any of the nine control bits
   * @param window the field's 16 bits
   */
  public static void encode(
      byte[] b,
      int at,
      int sourcePort,
      int destinationPort,
      int sequence,
      int acknowledgment,
      int headerLength,
      int flags,
      int window,
      int urgentPointer) {
    Bytes.put16(b, at, sourcePort);
    Bytes.put16(b, at + DESTINATION_PORT, destinationPort);
    Bytes.put32(b, at + SEQUENCE, sequence);
    Bytes.put32(b, at + ACKNOWLEDGMENT, acknowledgment);
    Bytes.put16(b, at + OFFSET_FLAGS, headerLength << 10 | flags);
    Bytes.put16(b, at + WINDOW, window);
    Bytes.put16(b, at + CHECKSUM, 0);
    Bytes.put16(b, at + URGENT_POINTER, urgentPointer);
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

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * A TCP segment as a value.
 *
 * @param sourcePort 16 bits
 * @param destinationPort 16 bits
 * @param sequence SEG.SEQ
 * @param acknowledgment SEG.ACK, whether or not ACK is set
 * @param flags the nine control bits of {@link TcpHeader}
 * @param window SEG.WND as it stands, 16 bits
 * @param urgentPointer SEG.UP, 16 bits, whether or not URG is set
 * @param options as they stand, a multiple of 4 bytes, at most 40
 * @param data what follows the header
 */
public record TcpSegment(
    int sourcePort,
    int destinationPort,
    int sequence,
    int acknowledgment,
    int flags,
    int window,
    int urgentPointer,
    Octets options,
    Octets data)
    implements IpPayload {
  /**
   * @throws IllegalArgumentException if a field does not fit
   */
  public TcpSegment {
    Limits.checkBits("sourcePort", sourcePort, 16);
    Limits.checkBits("destinationPort", destinationPort, 16);
    Limits.checkBits("flags", flags, 9);
    Limits.checkBits("window", window, 16);
    Limits.checkBits("urgentPointer", urgentPointer, 16);
    Limits.checkOptions(options);
  }

  /**
   * Reads a segment that takes all {@code length} bytes. Options are taken as they stand; reserved
   * bits are left out.
   *
   * @throws WireFormatException if the bytes are no well-formed segment
   */
  public static TcpSegment parse(byte[] b, int offset, int length) {
    int limit = offset + length;
    WireFormatException.throwIf(TcpHeader.validate(b, offset, limit));
    int optionsAt = offset + TcpHeader.MIN_LENGTH;
    int dataAt = TcpHeader.payloadAt(b, offset);
    return new TcpSegment(
        TcpHeader.sourcePort(b, offset),
        TcpHeader.destinationPort(b, offset),
        TcpHeader.sequence(b, offset),
        TcpHeader.acknowledgment(b, offset),
        TcpHeader.flags(b, offset),
        TcpHeader.window(b, offset),
        TcpHeader.urgentPointer(b, offset),
        Octets.copyOf(b, optionsAt, dataAt - optionsAt),
        Octets.copyOf(b, dataAt, limit - dataAt));
  }

  /** Are all of these control bits set? */
  public boolean has(int flags) {
    return (this.flags & flags) == flags;
  }

  /** The options, read. */
  public TcpOptions parseOptions() {
    TcpOptions holder = new TcpOptions();
    holder.parse(options.toByteArray(), 0, options.length());
    return holder;
  }

  @Override
  public int protocol() {
    return IpProtocol.TCP;
  }

  @Override
  public int length() {
    return TcpHeader.MIN_LENGTH + options.length() + data.length();
  }

  @Override
  public void encode(byte[] b, int at, IpAddress source, IpAddress destination) {
    int headerLength = TcpHeader.MIN_LENGTH + options.length();
    TcpHeader.encode(
        b,
        at,
        sourcePort,
        destinationPort,
        sequence,
        acknowledgment,
        headerLength,
        flags,
        window,
        urgentPointer);
    options.copyTo(b, at + TcpHeader.MIN_LENGTH);
    data.copyTo(b, at + headerLength);
    int pseudoHeader = InternetChecksum.pseudoHeader(source, destination, IpProtocol.TCP, length());
    TcpHeader.updateChecksum(b, at, at + length(), pseudoHeader);
  }
}

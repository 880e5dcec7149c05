// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * A UDP datagram as a value.
 *
 * @param sourcePort 16 bits
 * @param destinationPort 16 bits
 * @param checksummed whether it has a checksum; over IPv6 it must
 * @param data at most 65,527 bytes
 */
public record UdpDatagram(int sourcePort, int destinationPort, boolean checksummed, Octets data)
    implements IpPayload {
  /**
   * @throws IllegalArgumentException if a field does not fit
   */
  public UdpDatagram {
    Limits.checkBits("sourcePort", sourcePort, 16);
    Limits.checkBits("destinationPort", destinationPort, 16);
    Limits.checkLength("UDP datagram", UdpHeader.LENGTH + data.length(), 0xffff);
  }

  /** A datagram with a checksum. */
  public static UdpDatagram of(int sourcePort, int destinationPort, Octets data) {
    return new UdpDatagram(sourcePort, destinationPort, true, data);
  }

  /**
   * Reads a datagram; bytes after its length field's are left out.
   *
   * @throws WireFormatException if the bytes are no well-formed datagram
   */
  public static UdpDatagram parse(byte[] b, int offset, int length) {
    WireFormatException.throwIf(UdpHeader.validate(b, offset, offset + length));
    return new UdpDatagram(
        UdpHeader.sourcePort(b, offset),
        UdpHeader.destinationPort(b, offset),
        UdpHeader.checksum(b, offset) != 0,
        Octets.copyOf(b, UdpHeader.payloadAt(offset), UdpHeader.payloadLength(b, offset)));
  }

  @Override
  public int protocol() {
    return IpProtocol.UDP;
  }

  @Override
  public int length() {
    return UdpHeader.LENGTH + data.length();
  }

  @Override
  public void encode(byte[] b, int at, IpAddress source, IpAddress destination) {
    UdpHeader.encode(b, at, sourcePort, destinationPort, data.length());
    data.copyTo(b, UdpHeader.payloadAt(at));
    if (checksummed) {
      int pseudoHeader =
          InternetChecksum.pseudoHeader(source, destination, IpProtocol.UDP, length());
      UdpHeader.updateChecksum(b, at, pseudoHeader);
    }
  }
}

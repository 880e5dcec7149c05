// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/** What an IP datagram carries, as a value. */
public sealed interface IpPayload
    permits TcpSegment, UdpDatagram, IcmpMessage, Icmpv6Message, OpaquePayload {
  /** Its number in the IP header, see {@link IpProtocol}. */
  int protocol();

  /** How many bytes {@link #encode} writes. */
  int length();

  /** Writes it at {@code at}, its checksum computed for a datagram between these addresses. */
  void encode(byte[] b, int at, IpAddress source, IpAddress destination);

  /**
   * Reads a payload; an {@link OpaquePayload} if the protocol is none of ours, or another IP
   * version's ICMP.
   *
   * @throws WireFormatException if the bytes are no well-formed packet of the protocol
   */
  static IpPayload parse(boolean ipv4, int protocol, byte[] b, int offset, int length) {
    return switch (protocol) {
      case IpProtocol.TCP -> TcpSegment.parse(b, offset, length);
      case IpProtocol.UDP -> UdpDatagram.parse(b, offset, length);
      case IpProtocol.ICMP ->
          ipv4
              ? IcmpMessage.parse(b, offset, length)
              : OpaquePayload.parse(protocol, b, offset, length);
      case IpProtocol.ICMPV6 ->
          ipv4
              ? OpaquePayload.parse(protocol, b, offset, length)
              : Icmpv6Message.parse(b, offset, length);
      default -> OpaquePayload.parse(protocol, b, offset, length);
    };
  }
}

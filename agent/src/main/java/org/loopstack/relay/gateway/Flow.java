// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay.gateway;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.UdpHeader;

/**
 * What a datagram belongs to, as far as a gateway has to know.
 *
 * @param kind what is to be done about it
 * @param source who sent it
 * @param sourcePort 0 for an echo request
 * @param destination whom it is for
 * @param destinationPort 0 for an echo request
 */
record Flow(
    Kind kind, IpAddress source, int sourcePort, IpAddress destination, int destinationPort) {
  enum Kind {
    /** The first segment of a connection. */
    SYN,
    /** A datagram with ports. */
    UDP,
    /** An ICMP echo request. */
    ECHO
  }

  /** What a datagram begins or goes on with; null for all that just passes, garbage included. */
  static @Nullable Flow of(Packet packet) {
    byte[] b = packet.head();
    int at = packet.offset();
    int end = packet.headEnd();
    if (end == at) {
      return null;
    }
    return switch (Ipv4Header.version(b, at)) {
      case 4 ->
          Ipv4Header.validate(b, at, end) != null || Ipv4Header.fragmentOffset(b, at) != 0
              ? null
              : of(
                  b,
                  Ipv4Header.payloadAt(b, at),
                  end,
                  Ipv4Header.protocol(b, at),
                  Ipv4Header.source(b, at),
                  Ipv4Header.destination(b, at));
      case 6 ->
          end - at < Ipv6Header.LENGTH
              ? null
              : of(
                  b,
                  at + Ipv6Header.LENGTH,
                  end,
                  Ipv6Header.nextHeader(b, at),
                  Ipv6Header.source(b, at),
                  Ipv6Header.destination(b, at));
      default -> null;
    };
  }

  private static @Nullable Flow of(
      byte[] b, int at, int end, int protocol, IpAddress source, IpAddress destination) {
    Kind kind = kind(b, at, end, protocol);
    if (kind == null) {
      return null;
    }
    boolean ports = kind != Kind.ECHO;
    int from = ports ? Bytes.u16(b, at) : 0;
    int to = ports ? Bytes.u16(b, at + 2) : 0;
    return ports && to == 0 ? null : new Flow(kind, source, from, destination, to);
  }

  private static @Nullable Kind kind(byte[] b, int at, int end, int protocol) {
    int length = end - at;
    return switch (protocol) {
      case IpProtocol.TCP ->
          length >= TcpHeader.MIN_LENGTH
                  && (TcpHeader.flags(b, at) & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST))
                      == TcpHeader.SYN
              ? Kind.SYN
              : null;
      case IpProtocol.UDP -> length >= UdpHeader.LENGTH ? Kind.UDP : null;
      case IpProtocol.ICMP ->
          length >= IcmpHeader.LENGTH && IcmpHeader.type(b, at) == IcmpHeader.ECHO_REQUEST
              ? Kind.ECHO
              : null;
      case IpProtocol.ICMPV6 ->
          length >= Icmpv6Header.LENGTH && Icmpv6Header.type(b, at) == Icmpv6Header.ECHO_REQUEST
              ? Kind.ECHO
              : null;
      default -> null;
    };
  }

  /** Where it goes, which all flows to the same service have in common. */
  InetSocketAddress to() {
    return new InetSocketAddress(destination.toInetAddress(), destinationPort);
  }
}

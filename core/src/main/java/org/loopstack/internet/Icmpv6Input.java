// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.IcmpError.Kind;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv6ExtensionHeaders;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/**
 * ICMPv6 input (RFC 4443): echo requests are answered, errors passed to the protocol whose datagram
 * they are about, and the rest to whoever is registered for ICMPv6. Left out: neighbour discovery
 * and multicast listener discovery, which a loopback and a wire do not need.
 */
final class Icmpv6Input {
  private final InternetLayer layer;
  private final IcmpOutput output;

  Icmpv6Input(InternetLayer layer, IcmpOutput output) {
    this.layer = layer;
    this.output = output;
  }

  @Nullable DropReason receive(Packet packet, IpAddress source, IpAddress destination) {
    packet.makeContiguous();
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int limit = packet.headEnd();
    DropReason invalid = Icmpv6Header.validate(b, at, limit);
    if (invalid != null) {
      return invalid;
    }
    int pseudoHeader =
        InternetChecksum.pseudoHeader(source, destination, IpProtocol.ICMPV6, limit - at);
    if (!packet.isChecksumPending() && !Icmpv6Header.isChecksumValid(b, at, limit, pseudoHeader)) {
      return DropReason.ICMP_CHECKSUM;
    }
    int type = Icmpv6Header.type(b, at);
    layer.counters().icmpIn(true, type);
    layer.counters().inDelivers(true);
    switch (type) {
      case Icmpv6Header.ECHO_REQUEST -> echo(packet, source, destination);
      case Icmpv6Header.UNREACHABLE,
          Icmpv6Header.PACKET_TOO_BIG,
          Icmpv6Header.TIME_EXCEEDED,
          Icmpv6Header.PARAMETER_PROBLEM -> {
        return error(packet, source);
      }
      default -> {
        // RFC 4443 2.4 (a): "If an ICMPv6 error message of unknown type is received at its
        // destination, it MUST be passed to the upper-layer process that originated the packet that
        // caused the error, where this can be identified." Above 127 they are informational.
        if (type < Icmpv6Header.ECHO_REQUEST) {
          return error(packet, source);
        }
        UpperProtocol listener = layer.upper(IpProtocol.ICMPV6);
        if (listener != null) {
          listener.receive(packet, source, destination);
        }
      }
    }
    return null;
  }

  /**
   * RFC 4443 4.2: "The data received in the ICMPv6 Echo Request message MUST be returned entirely".
   */
  private void echo(Packet request, IpAddress source, IpAddress destination) {
    InternetConfiguration c = layer.configuration();
    if (source.isAny()
        || c.echoIgnoreAll()
        || destination.isMulticast() && c.echoIgnoreMulticast()) {
      return;
    }
    int at = request.transportOffset();
    int length = request.headEnd() - at;
    Packet message = Packet.allocate(Ipv6Header.LENGTH, length);
    System.arraycopy(request.head(), at, message.head(), message.append(length), length);
    int trafficClass = Ipv6Header.trafficClass(request.head(), request.offset());
    output.reply(message, Icmpv6Header.ECHO_REPLY, request, source, destination, 0, trafficClass);
  }

  private @Nullable DropReason error(Packet packet, IpAddress reporter) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int inner = Icmpv6Header.embeddedAt(at);
    IpAddress source = Ipv6Header.source(b, inner);
    IpAddress destination = Ipv6Header.destination(b, inner);
    if (!layer.table().isLocal(source)) {
      return DropReason.ICMP_INVALID;
    }
    int type = Icmpv6Header.type(b, at);
    int code = Icmpv6Header.code(b, at);
    int mtu = 0;
    if (type == Icmpv6Header.PACKET_TOO_BIG) {
      mtu = (int) Math.min(Icmpv6Header.mtu(b, at), Integer.MAX_VALUE);
    }
    var headers = new Ipv6ExtensionHeaders();
    int limit = packet.headEnd();
    boolean walked = headers.walkEmbedded(b, inner, limit) && limit - headers.upperAt() >= 8;
    UpperProtocol upper = walked ? layer.upper(headers.upperProtocol()) : null;
    if (type == Icmpv6Header.PACKET_TOO_BIG && (upper == null || !upper.checksErrors())) {
      learnMtu(packet, inner, destination, mtu);
    }
    if (!walked) {
      return null;
    }
    int fragment = headers.fragmentAt();
    if (fragment >= 0 && Ipv6FragmentHeader.fragmentOffset(b, fragment) != 0) {
      return null;
    }
    int protocol = headers.upperProtocol();
    if (upper != null) {
      int transport = headers.upperAt();
      IcmpError error =
          new IcmpError(
              packet,
              kind(type, code),
              type,
              code,
              mtu,
              reporter,
              source,
              destination,
              protocol,
              transport,
              limit - transport);
      packet.attach(error);
      upper.receiveError(error);
    }
    return null;
  }

  /** Believes an error that the protocol above has recognised. */
  void learnMtu(IcmpError error) {
    int inner = Icmpv6Header.embeddedAt(error.packet().transportOffset());
    learnMtu(error.packet(), inner, error.destination(), error.mtu());
  }

  private void learnMtu(Packet report, int inner, IpAddress destination, int mtu) {
    int length = Ipv6Header.LENGTH + Ipv6Header.payloadLength(report.head(), inner);
    // What is for this host has not left it: only the loopback itself can know, as on Linux.
    boolean mayKnow =
        report.interfaceIndex() == layer.loopback().index() || !layer.table().isLocal(destination);
    // RFC 8201 4: "A node MUST NOT reduce its estimate of the Path MTU below the IPv6 minimum link
    // MTU on receipt of a Packet Too Big message", nor raise it.
    if (mtu >= Ipv6Header.MIN_MTU && mtu < length && mayKnow) {
      layer.pathMtus().learn(destination, mtu, false);
    }
  }

  private static Kind kind(int type, int code) {
    return switch (type) {
      case Icmpv6Header.PACKET_TOO_BIG -> Kind.PACKET_TOO_BIG;
      case Icmpv6Header.TIME_EXCEEDED -> Kind.TIME_EXCEEDED;
      case Icmpv6Header.UNREACHABLE ->
          switch (code) {
            case Icmpv6Header.NO_ROUTE -> Kind.NETWORK_UNREACHABLE;
            case Icmpv6Header.PORT_UNREACHABLE -> Kind.PORT_UNREACHABLE;
            case Icmpv6Header.BEYOND_SCOPE, Icmpv6Header.ADDRESS_UNREACHABLE ->
                Kind.HOST_UNREACHABLE;
            // RFC 4443 3.1: prohibited, "Source address failed ingress/egress policy", "Reject
            // route
            // to destination".
            default -> Kind.PROHIBITED;
          };
      // What nobody knows is EPROTO, as on Linux.
      default -> Kind.PARAMETER_PROBLEM;
    };
  }
}

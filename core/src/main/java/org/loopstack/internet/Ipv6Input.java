// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv6ExtensionHeaders;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/**
 * IPv6 input (RFC 8200): validates, looks whether the datagram is for us, walks the extension
 * headers, reassembles. A host: nothing is forwarded, and the hop limit is not looked at.
 */
final class Ipv6Input {
  private static final int RESERVED_SCOPE = 0;
  private static final int INTERFACE_LOCAL = 1;

  private final InternetLayer layer;
  private final IpInput input;
  private final Reassembler reassembler;
  private final IcmpOutput icmp;
  private final boolean strongHost;

  Ipv6Input(InternetLayer layer, IpInput input, Reassembler reassembler, IcmpOutput icmp) {
    this.layer = layer;
    this.input = input;
    this.reassembler = reassembler;
    this.icmp = icmp;
    this.strongHost = layer.configuration().hostModel() == InternetConfiguration.HostModel.STRONG;
  }

  @Nullable DropReason receive(Interface in, Packet packet, boolean copy) {
    DropReason invalid = validate(packet);
    if (invalid != null) {
      return invalid;
    }
    byte[] b = packet.head();
    int at = packet.offset();
    IpAddress source = Ipv6Header.source(b, at);
    IpAddress destination = Ipv6Header.destination(b, at);
    HostTable table = layer.table();
    DropReason martian = checkAddresses(table, source, destination, in.isLoopback() || copy);
    if (martian != null) {
      return martian;
    }
    DropReason notOurs = checkDestination(table, destination, in);
    return notOurs != null ? notOurs : process(packet, source, destination);
  }

  private static @Nullable DropReason validate(Packet packet) {
    if (packet.body() != null && packet.headEnd() - packet.offset() < Ipv6Header.LENGTH) {
      packet.makeContiguous();
    }
    int at = packet.offset();
    int length = packet.length();
    DropReason invalid = Ipv6Header.validate(packet.head(), at, at + length);
    if (invalid != null) {
      return invalid;
    }
    int announced = Ipv6Header.LENGTH + Ipv6Header.payloadLength(packet.head(), at);
    if (announced < length) {
      packet.makeContiguous();
      packet.trimTo(announced);
    }
    return null;
  }

  private static @Nullable DropReason checkAddresses(
      HostTable table, IpAddress source, IpAddress destination, boolean inside) {
    // RFC 4291 2.7: "Multicast addresses must not be used as source addresses in IPv6 packets".
    if (source.isMulticast()) {
      return DropReason.MARTIAN_SOURCE;
    }
    // 2.5.2: "The unspecified address must not be used as the destination address".
    if (destination.isAny()) {
      return DropReason.MARTIAN_DESTINATION;
    }
    if (destination.isMulticast()) {
      // 2.7: scope 0 is "reserved", and "Interface-Local scope spans only a single interface on a
      // node and is useful only for loopback transmission of multicast".
      int scope = destination.multicastScope();
      if (scope == RESERVED_SCOPE || scope == INTERFACE_LOCAL && !inside) {
        return DropReason.MARTIAN_DESTINATION;
      }
    }
    if (inside) {
      return null;
    }
    // 2.5.3: "A packet received on an interface with a destination address of loopback must be
    // dropped"; nor may one come from it.
    if (source.isLoopback() || destination.isLoopback()) {
      return DropReason.LOOPBACK_ADDRESS_OFF_LOOPBACK;
    }
    return table.isLocal(source) ? DropReason.MARTIAN_SOURCE : null;
  }

  private @Nullable DropReason checkDestination(
      HostTable table, IpAddress destination, Interface in) {
    if (destination.isMulticast()) {
      return layer.memberships().isMember(in.index(), destination)
          ? null
          : DropReason.MULTICAST_NOT_MEMBER;
    }
    RouteEntry entry = table.local(destination);
    if (entry == null) {
      return DropReason.NOT_FOR_US;
    }
    boolean sameInterface = entry.interfaceIndex() == in.index() || in.isLoopback();
    // RFC 4007 9: a link-local address of another link is another address.
    return sameInterface || !strongHost && !destination.isLinkLocal()
        ? null
        : DropReason.NOT_FOR_US;
  }

  private @Nullable DropReason process(Packet packet, IpAddress source, IpAddress destination) {
    int at = packet.offset();
    int next = Ipv6Header.nextHeader(packet.head(), at);
    if (next == IpProtocol.TCP || next == IpProtocol.UDP || next == IpProtocol.ICMPV6) {
      return deliver(packet, next, at + Ipv6Header.LENGTH, at + 6, source, destination);
    }
    packet.makeContiguous();
    byte[] b = packet.head();
    var headers = new Ipv6ExtensionHeaders();
    DropReason refused = headers.walk(b, at);
    if (refused != null) {
      if (headers.icmpCode() >= 0) {
        icmp.parameterProblemIpv6(packet, headers.icmpCode(), headers.icmpPointer());
      }
      return refused;
    }
    int fragment = headers.fragmentAt();
    // RFC 6946 4: an atomic fragment is processed "in isolation from any other packets/fragments".
    if (fragment >= 0 && !Ipv6FragmentHeader.isAtomic(b, fragment)) {
      return reassemble(packet, headers, source, destination);
    }
    return deliver(
        packet,
        headers.upperProtocol(),
        headers.upperAt(),
        headers.nextHeaderFieldAt(),
        source,
        destination);
  }

  private @Nullable DropReason reassemble(
      Packet packet, Ipv6ExtensionHeaders headers, IpAddress source, IpAddress destination) {
    Packet whole = reassembler.addIpv6(packet, headers, source, destination);
    if (whole != null) {
      DropReason reason = process(whole, source, destination);
      if (reason != null) {
        layer.drop(whole, reason);
      }
    }
    return null;
  }

  private @Nullable DropReason deliver(
      Packet packet,
      int protocol,
      int transportAt,
      int nextHeaderFieldAt,
      IpAddress source,
      IpAddress destination) {
    if (protocol == IpProtocol.NO_NEXT_HEADER) {
      return null;
    }
    if (source.isAny() && protocol != IpProtocol.ICMPV6) {
      return DropReason.MARTIAN_SOURCE;
    }
    int pointer = nextHeaderFieldAt - packet.offset();
    DropReason reason = input.deliver(packet, protocol, transportAt, source, destination);
    if (reason == DropReason.NO_PROTOCOL) {
      // RFC 8200 4: "it should discard the packet and send an ICMP Parameter Problem message to
      // the source of the packet, with an ICMP Code value of 1".
      icmp.parameterProblemIpv6(packet, Icmpv6Header.UNRECOGNIZED_NEXT_HEADER, pointer);
    }
    return reason;
  }
}

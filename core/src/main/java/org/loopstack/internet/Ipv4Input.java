// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv4Options;

/**
 * IPv4 input (RFC 1122 section 3.2.1): validates, looks whether the datagram is for us,
 * reassembles. A host: nothing is forwarded. The time to live is not looked at: "A host MUST NOT
 * discard a datagram just because it was received with TTL less than 2" (3.2.1.7).
 */
final class Ipv4Input {
  private static final int LIMITED_BROADCAST = 0xffff_ffff;

  private final InternetLayer layer;
  private final IpInput input;
  private final Reassembler reassembler;
  private final IcmpOutput icmp;
  private final boolean routeLocalnet;
  private final boolean acceptSourceRoute;
  private final boolean strongHost;

  Ipv4Input(InternetLayer layer, IpInput input, Reassembler reassembler, IcmpOutput icmp) {
    this.layer = layer;
    this.input = input;
    this.reassembler = reassembler;
    this.icmp = icmp;
    InternetConfiguration c = layer.configuration();
    this.routeLocalnet = c.routeLocalnet();
    this.acceptSourceRoute = c.acceptSourceRoute();
    this.strongHost = c.hostModel() == InternetConfiguration.HostModel.STRONG;
  }

  @Nullable DropReason receive(Interface in, Packet packet, boolean copy) {
    DropReason invalid = validate(packet);
    if (invalid != null) {
      return invalid;
    }
    byte[] b = packet.head();
    int at = packet.offset();
    HostTable table = layer.table();
    boolean inside = in.isLoopback() || copy;
    DropReason martian = checkAddresses(table, b, at, inside);
    if (martian != null) {
      return martian;
    }
    IpAddress destination = Ipv4Header.destination(b, at);
    DropReason notOurs = checkDestination(table, destination, in);
    if (notOurs != null) {
      return notOurs;
    }
    IpAddress source = Ipv4Header.source(b, at);
    if (Ipv4Header.headerLength(b, at) > Ipv4Header.MIN_LENGTH) {
      DropReason option = checkOptions(packet);
      if (option != null) {
        return option;
      }
    }
    if (Ipv4Header.isFragment(b, at)) {
      return reassemble(packet, source, destination);
    }
    return deliver(packet, source, destination);
  }

  private static @Nullable DropReason validate(Packet packet) {
    int at = packet.offset();
    int inHead = packet.headEnd() - at;
    if (packet.body() != null
        && (inHead < Ipv4Header.MIN_LENGTH
            || inHead < Ipv4Header.headerLength(packet.head(), at))) {
      packet.makeContiguous();
      at = packet.offset();
    }
    int length = packet.length();
    DropReason invalid = Ipv4Header.validate(packet.head(), at, at + length);
    if (invalid != null) {
      return invalid;
    }
    // RFC 1122 3.2.1.2: "A host MUST verify the IP header checksum on every received datagram and
    // silently discard every datagram that has a bad checksum."
    if (!Ipv4Header.isChecksumValid(packet.head(), at)) {
      return DropReason.IP_CHECKSUM;
    }
    int totalLength = Ipv4Header.totalLength(packet.head(), at);
    if (totalLength < length) {
      packet.makeContiguous();
      packet.trimTo(totalLength);
    }
    return null;
  }

  /** RFC 1122 3.2.1.3: the addresses that no datagram may have, or not on this link. */
  private @Nullable DropReason checkAddresses(HostTable table, byte[] b, int at, boolean inside) {
    int source = Ipv4Header.sourceBits(b, at);
    int destination = Ipv4Header.destinationBits(b, at);
    // "A host MUST silently discard an incoming datagram containing an IP source address that is
    // invalid by the rules of this section": groups, 240/4, broadcasts, and 0/8 but for a host that
    // is only now asking for its address.
    if (source >>> 28 >= 0xe
        || source >>> 24 == 0 && (source != 0 || destination != LIMITED_BROADCAST)) {
      return DropReason.MARTIAN_SOURCE;
    }
    if (destination >>> 24 == 0) {
      return DropReason.MARTIAN_DESTINATION;
    }
    if (inside) {
      return null;
    }
    // (g) "Internal host loopback address. Addresses of this form MUST NOT appear outside a host."
    if (source >>> 24 == 127 || destination >>> 24 == 127 && !routeLocalnet) {
      return DropReason.LOOPBACK_ADDRESS_OFF_LOOPBACK;
    }
    // Our own address, or a broadcast, as the source of what comes from elsewhere.
    RouteEntry own = table.local(Ipv4Header.source(b, at));
    return own == null ? null : DropReason.MARTIAN_SOURCE;
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
      return destination.isBroadcast() ? null : DropReason.NOT_FOR_US;
    }
    boolean sameInterface = entry.interfaceIndex() == in.index();
    if (entry.kind() == RouteEntry.Kind.BROADCAST) {
      return sameInterface ? null : DropReason.NOT_FOR_US;
    }
    // 3.3.4.2 (A): "A host MAY silently discard an incoming datagram whose destination address does
    // not correspond to the physical interface through which it is received."
    return sameInterface || in.isLoopback() || !strongHost ? null : DropReason.NOT_FOR_US;
  }

  /** RFC 1122 3.2.1.8. */
  private @Nullable DropReason checkOptions(Packet packet) {
    byte[] b = packet.head();
    int at = packet.offset();
    int wrong = Ipv4Options.findInvalid(b, at);
    if (wrong >= 0) {
      icmp.parameterProblem(packet, wrong);
      return DropReason.IP_OPTION_INVALID;
    }
    int route = Ipv4Options.findSourceRoute(b, at);
    if (route < 0) {
      return null;
    }
    // 3.3.5: a host that does not forward passes on no source-routed datagram; as the final
    // destination it takes one if it may.
    return acceptSourceRoute && !Ipv4Options.hasHopsLeft(b, route)
        ? null
        : DropReason.IP_OPTION_INVALID;
  }

  private @Nullable DropReason reassemble(Packet packet, IpAddress source, IpAddress destination) {
    Packet whole = reassembler.addIpv4(packet, source, destination);
    return whole == null ? null : deliverWhole(whole, source, destination);
  }

  private @Nullable DropReason deliverWhole(Packet whole, IpAddress source, IpAddress destination) {
    DropReason reason = deliver(whole, source, destination);
    if (reason != null) {
      layer.drop(whole, reason);
    }
    return null;
  }

  private @Nullable DropReason deliver(Packet packet, IpAddress source, IpAddress destination) {
    byte[] b = packet.head();
    int at = packet.offset();
    int protocol = Ipv4Header.protocol(b, at);
    DropReason reason =
        input.deliver(packet, protocol, Ipv4Header.payloadAt(b, at), source, destination);
    if (reason == DropReason.NO_PROTOCOL) {
      icmp.protocolUnreachable(packet);
    }
    return reason;
  }
}

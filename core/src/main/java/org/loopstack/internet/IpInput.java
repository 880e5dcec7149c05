// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;

/** The way up, for both versions: counts what was dropped and hands the rest to its protocol. */
final class IpInput {
  private final InternetLayer layer;
  private final Ipv4Input ipv4;
  private final Ipv6Input ipv6;
  private final IcmpInput icmp;
  private final Icmpv6Input icmpv6;

  IpInput(InternetLayer layer, Reassembler reassembler, IcmpOutput icmpOutput) {
    this.layer = layer;
    this.icmp = new IcmpInput(layer, icmpOutput);
    this.icmpv6 = new Icmpv6Input(layer, icmpOutput);
    this.ipv4 = new Ipv4Input(layer, this, reassembler, icmpOutput);
    this.ipv6 = new Ipv6Input(layer, this, reassembler, icmpOutput);
  }

  /**
   * Takes a datagram, whatever is in it.
   *
   * @param copy whether it is the copy of what this host sends to many by the same interface
   */
  void receive(Interface in, Packet packet, boolean copy) {
    boolean isIpv6 = isIpv6(packet);
    layer.counters().inReceives(isIpv6);
    DropReason reason;
    if (layer.isClosed()) {
      reason = DropReason.STACK_CLOSED;
    } else {
      reason = isIpv6 ? ipv6.receive(in, packet, copy) : ipv4.receive(in, packet, copy);
    }
    if (reason != null) {
      layer.drop(packet, reason);
    }
  }

  /** What the first byte says; a packet without one is taken for a broken IPv4 datagram. */
  static boolean isIpv6(Packet packet) {
    int at = packet.offset();
    return packet.headEnd() > at && Ipv4Header.version(packet.head(), at) == 6;
  }

  /**
   * Hands a complete datagram to its protocol.
   *
   * @return {@link DropReason#NO_PROTOCOL} if nobody takes it, or why ICMP drops it
   */
  @Nullable DropReason deliver(
      Packet packet, int protocol, int transportAt, IpAddress source, IpAddress destination) {
    packet.setTransport(transportAt, protocol);
    boolean isIpv4 = source.isIpv4();
    if (protocol == IpProtocol.ICMP && isIpv4) {
      return icmp.receive(packet, source, destination);
    }
    if (protocol == IpProtocol.ICMPV6 && !isIpv4) {
      return icmpv6.receive(packet, source, destination);
    }
    boolean otherVersion = protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6;
    UpperProtocol upper = otherVersion ? null : layer.upper(protocol);
    if (upper == null) {
      return DropReason.NO_PROTOCOL;
    }
    layer.counters().inDelivers(!isIpv4);
    upper.receive(packet, source, destination);
    return null;
  }

  /** Believes a "packet too big" that the protocol above has recognised. */
  void learnPathMtu(IcmpError error) {
    if (error.destination().isIpv4()) {
      icmp.learnMtu(error);
    } else {
      icmpv6.learnMtu(error);
    }
  }
}

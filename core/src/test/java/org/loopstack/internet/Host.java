// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.UdpHeader;

/** An internet layer in virtual time, and all that its upper protocols were handed. */
final class Host {
  /** A datagram that was handed up. */
  record Received(Packet packet, IpAddress source, IpAddress destination) {
    /** What follows the transport header's first 8 bytes: UDP's data, or an echo's. */
    byte[] data() {
      byte[] all = new byte[packet.length()];
      packet.copyTo(all, 0);
      int from = packet.transportOffset() - packet.offset() + 8;
      return Arrays.copyOfRange(all, from, all.length);
    }
  }

  /** Remembers everything. */
  static final class Recorder implements UpperProtocol {
    final List<Received> received = new ArrayList<>();
    final List<IcmpError> errors = new ArrayList<>();

    @Override
    public void receive(Packet packet, IpAddress source, IpAddress destination) {
      received.add(new Received(packet, source, destination));
    }

    @Override
    public void receiveError(IcmpError error) {
      errors.add(error);
    }
  }

  static final IpAddress ANY4 = IpAddress.IPV4_ANY;
  static final IpAddress ANY6 = IpAddress.IPV6_ANY;

  final VirtualClock clock;
  final InternetLayer internet;
  final Recorder udp = new Recorder();
  final Recorder icmp = new Recorder();
  final Recorder icmpv6 = new Recorder();

  /** What crossed any tapped interface, outward, as complete datagrams. */
  final List<byte[]> sent = new ArrayList<>();

  Host() {
    this(new VirtualClock(), InternetConfiguration.LINUX);
  }

  Host(VirtualClock clock, InternetConfiguration configuration) {
    this.clock = clock;
    internet = new InternetLayer(Engine.virtual(clock, 1), configuration);
    internet.register(IpProtocol.UDP, udp);
    internet.register(IpProtocol.ICMP, icmp);
    internet.register(IpProtocol.ICMPV6, icmpv6);
  }

  /** Another link, up, with addresses. */
  Interface add(String name, Link link, String... addresses) throws ErrnoException {
    Interface added = internet.addInterface(name, link);
    added.setUp(true);
    for (String address : addresses) {
      added.addAddress(InterfaceAddress.parse(address));
    }
    tap(added);
    return added;
  }

  void tap(Interface tapped) {
    tapped
        .taps()
        .add(
            (direction, packet) -> {
              if (direction == LinkTap.Direction.OUT) {
                sent.add(Datagrams.bytes(packet));
              }
            });
  }

  static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  Route route(String destination) throws ErrnoException {
    IpAddress to = ip(destination);
    return internet.route(to, to.isIpv4() ? ANY4 : ANY6, 0);
  }

  Route route(String destination, String source, int interfaceIndex) throws ErrnoException {
    return internet.route(ip(destination), ip(source), interfaceIndex);
  }

  /** A UDP datagram without an IP header, its checksum left to whoever needs it. */
  static Packet udpPacket(Route route, int length) {
    Packet packet = Packet.allocate(route.headroom(), UdpHeader.LENGTH + length);
    int at = packet.append(UdpHeader.LENGTH + length);
    UdpHeader.encode(packet.head(), at, 1000, 2000, length);
    for (int i = 0; i < length; i++) {
      packet.head()[at + UdpHeader.LENGTH + i] = (byte) (i * 7 + (i >>> 8));
    }
    packet.setChecksumPending(true);
    return packet;
  }

  /** What {@link #udpPacket} carries. */
  static byte[] data(int length) {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (i * 7 + (i >>> 8));
    }
    return data;
  }

  /** Sends a UDP datagram. */
  @Nullable Errno sendUdp(Route route, int length) {
    return internet.send(route, udpPacket(route, length), IpProtocol.UDP, 64, 0, false);
  }

  @Nullable Errno sendUdp(String destination, int length) throws ErrnoException {
    return sendUdp(route(destination), length);
  }
}

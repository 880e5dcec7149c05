// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ethernet;

import static org.loopstack.linux.ethernet.EthernetFrame.HEADER_LENGTH;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.tun.DeviceReader;
import org.loopstack.linux.tun.TunDevice;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;

/**
 * A link of Ethernet frames between a stack and the kernel, or whatever the kernel's end is bridged
 * to: a TAP. It answers for the stack's addresses and finds those of its neighbours itself.
 *
 * <p>A link is not told by which router a datagram goes, so it is given the routers, too: a
 * destination outside the networks of its addresses goes to the router of its IP version.
 *
 * <p>A thread of the link's own reads. It ends when the link is closed, and the interface with it.
 */
public final class TapLink implements Link {
  /** The largest datagram that an ordinary Ethernet carries, in bytes. */
  public static final int MTU = 1500;

  private static final Set<LinkFlag> FLAGS = Set.of(LinkFlag.BROADCAST, LinkFlag.MULTICAST);

  private final TunDevice device;
  private final DeviceReader reader;
  private final byte[] hardwareAddress;
  private final List<IpAddress> own = new ArrayList<>();
  private final List<IpPrefix> networks = new ArrayList<>();
  private final List<IpAddress> routers;
  private final Clock clock = Engine.system().clock();
  private final NeighborTable neighbors = new NeighborTable();
  private final LongAdder lost = new LongAdder();
  private volatile @Nullable LinkReceiver receiver;

  /**
   * A link over a device.
   *
   * @param device a TAP, which is the link's from here on
   * @param addresses those that the stack's interface gets, as {@code 10.0.0.2/24}
   * @param routers at most one of each IP version
   * @throws IllegalArgumentException if an address is none
   */
  public TapLink(TunDevice device, List<String> addresses, List<IpAddress> routers) {
    this.device = device;
    this.reader = new DeviceReader(device, this::receive);
    this.routers = List.copyOf(routers);
    for (String each : addresses) {
      int slash = each.indexOf('/');
      IpAddress address = IpAddress.parse(slash < 0 ? each : each.substring(0, slash));
      int length = slash < 0 ? address.length() * 8 : Integer.parseInt(each.substring(slash + 1));
      own.add(address);
      networks.add(IpPrefix.of(address, length));
    }
    // Locally administered, for one host.
    hardwareAddress = new byte[EthernetFrame.ADDRESS_LENGTH];
    ThreadLocalRandom.current().nextBytes(hardwareAddress);
    hardwareAddress[0] = (byte) (hardwareAddress[0] & 0xfc | 2);
  }

  /**
   * Makes an interface of the kernel's and the link to it.
   *
   * @param name as in {@link TunDevice#open}
   * @throws LinuxException as there
   */
  public static TapLink open(String name, String... addresses) throws LinuxException {
    return new TapLink(TunDevice.open(TunDevice.Kind.TAP, name), List.of(addresses), List.of());
  }

  /** What the kernel calls its end. */
  public String name() {
    return device.name();
  }

  @Override
  public int mtu() {
    return MTU;
  }

  @Override
  public Set<LinkFlag> flags() {
    return FLAGS;
  }

  @Override
  public byte[] hardwareAddress() {
    return hardwareAddress;
  }

  /** How many datagrams had nowhere to go, or were not taken by the kernel. */
  public long lost() {
    return lost.sum();
  }

  /** Why nothing is received any more, though the link is open, or null. */
  public @Nullable LinuxException failure() {
    return reader.failure();
  }

  @Override
  public void attach(LinkReceiver newReceiver) {
    receiver = newReceiver;
    reader.start();
  }

  private void receive(byte[] frame) {
    if (frame.length <= HEADER_LENGTH || !EthernetFrame.isFor(frame, hardwareAddress)) {
      return;
    }
    LinkReceiver to = receiver;
    switch (EthernetFrame.type(frame)) {
      case EthernetFrame.TYPE_ARP -> arp(frame);
      case EthernetFrame.TYPE_IPV4, EthernetFrame.TYPE_IPV6 -> {
        if (EthernetFrame.type(frame) == EthernetFrame.TYPE_IPV6 && isNeighborMessage(frame)) {
          return;
        }
        if (to != null) {
          to.receive(Packet.wrap(frame, HEADER_LENGTH, frame.length - HEADER_LENGTH));
        }
      }
      default -> {}
    }
  }

  /** RFC 826, "Packet Reception". */
  private void arp(byte[] frame) {
    if (!ArpPacket.isValid(frame)) {
      return;
    }
    IpAddress other = ArpPacket.senderAddress(frame);
    IpAddress asked = ArpPacket.targetAddress(frame);
    boolean forUs = own.contains(asked);
    byte[] told = ArpPacket.sender(frame);
    if (!other.isAny()) {
      learn(other, told, forUs);
    }
    if (forUs && ArpPacket.operation(frame) == ArpPacket.REQUEST) {
      send(ArpPacket.frame(ArpPacket.REPLY, told, hardwareAddress, asked, other));
    }
  }

  /** Takes solicitations and advertisements, which are no business of the stack's. */
  private boolean isNeighborMessage(byte[] frame) {
    int type = NeighborMessage.type(frame);
    if (type == 0) {
      return false;
    }
    byte[] told = NeighborMessage.hardwareAddress(frame);
    IpAddress target = NeighborMessage.target(frame);
    if (type == Icmpv6Header.NEIGHBOR_ADVERTISEMENT) {
      if (told != null) {
        learn(target, told, false);
      }
    } else if (own.contains(target)) {
      IpAddress asker = NeighborMessage.source(frame);
      // Without a source it asks whether the address is taken, and by answering to it we say so.
      if (told != null && !asker.isAny()) {
        learn(asker, told, true);
        send(NeighborMessage.advertisement(told, hardwareAddress, target, asker));
      }
    }
    return true;
  }

  private void learn(IpAddress address, byte[] told, boolean anew) {
    for (Packet each : neighbors.learn(address, told, anew, clock.nanos())) {
      send(told, each);
    }
  }

  @Override
  public void transmit(Packet packet) {
    if (receiver == null) {
      return;
    }
    byte[] b = packet.head();
    boolean ipv4 = Ipv4Header.version(b, packet.offset()) == 4;
    IpAddress to =
        ipv4
            ? Ipv4Header.destination(b, packet.offset())
            : Ipv6Header.destination(b, packet.offset());
    if (to.isMulticast()) {
      send(EthernetFrame.group(to), packet);
      return;
    }
    if (isBroadcast(to)) {
      send(EthernetFrame.broadcast(), packet);
      return;
    }
    IpAddress hop = nextHop(to);
    if (hop == null) {
      lost.increment();
      return;
    }
    long now = clock.nanos();
    byte[] known = neighbors.resolve(hop, packet, now);
    if (neighbors.shouldAsk(hop, now)) {
      ask(hop);
    }
    if (known != null) {
      send(known, packet);
    }
  }

  private boolean isBroadcast(IpAddress to) {
    if (!to.isIpv4()) {
      return false;
    }
    for (IpPrefix each : networks) {
      if (each.network().isIpv4() && each.length() < 31 && each.broadcast().equals(to)) {
        return true;
      }
    }
    return to.isBroadcast();
  }

  private @Nullable IpAddress nextHop(IpAddress to) {
    for (IpPrefix each : networks) {
      if (each.contains(to)) {
        return to;
      }
    }
    for (IpAddress each : routers) {
      if (each.isIpv4() == to.isIpv4()) {
        return each;
      }
    }
    return null;
  }

  private void ask(IpAddress neighbor) {
    for (int i = 0; i < own.size(); i++) {
      if (networks.get(i).contains(neighbor)) {
        IpAddress from = own.get(i);
        send(
            neighbor.isIpv4()
                ? ArpPacket.frame(
                    ArpPacket.REQUEST, EthernetFrame.broadcast(), hardwareAddress, from, neighbor)
                : NeighborMessage.solicitation(hardwareAddress, from, neighbor));
        return;
      }
    }
  }

  private void send(byte[] to, Packet packet) {
    byte[] header = new byte[HEADER_LENGTH];
    int type =
        Ipv4Header.version(packet.head(), packet.offset()) == 4
            ? EthernetFrame.TYPE_IPV4
            : EthernetFrame.TYPE_IPV6;
    EthernetFrame.encode(header, to, hardwareAddress, type);
    if (!device.write(header, packet)) {
      lost.increment();
    }
  }

  private void send(byte[] frame) {
    if (!device.write(Packet.wrap(frame, 0, frame.length))) {
      lost.increment();
    }
  }

  @Override
  public void close() {
    receiver = null;
    reader.close();
  }
}

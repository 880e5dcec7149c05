// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.RunQueue;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkCounters;
import org.loopstack.link.LinkFilter;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkPassage;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkTaps;
import org.loopstack.link.LinkVerdict;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv6Header;

/**
 * An interface of a stack: a link with a name, an index, addresses and counters. What it can be
 * asked is a snapshot; what it can be told takes effect before the call returns. Safe for use by
 * many threads.
 */
public final class Interface implements LinkPassage {
  private static final int MIN_MTU = 68;

  private final InternetLayer layer;
  private final int index;
  private final String name;
  private final Link link;
  private final Set<LinkFlag> linkFlags;
  private final boolean loopback;
  private final boolean offloadsChecksum;
  private final LinkCounters counters;
  private final LinkTaps taps = new LinkTaps();
  private volatile @Nullable LinkFilter filter;

  Interface(InternetLayer layer, int index, String name, Link link) {
    this.layer = layer;
    this.index = index;
    this.name = name;
    this.link = link;
    this.linkFlags = Set.copyOf(link.flags());
    this.loopback = linkFlags.contains(LinkFlag.LOOPBACK);
    this.offloadsChecksum = link.offloadsChecksum();
    this.counters = new LinkCounters(loopback);
  }

  /** The index, from 1 on; never used again for another interface of the stack. */
  public int index() {
    return index;
  }

  /** The name, as {@code lo}. */
  public String name() {
    return name;
  }

  /** What carries the datagrams. */
  public Link link() {
    return link;
  }

  /** What it has carried and thrown away. */
  public LinkCounters counters() {
    return counters;
  }

  /** The clock of its stack. */
  public Clock clock() {
    return layer.engine().clock();
  }

  /** Who looks at the datagrams that pass. */
  public LinkTaps taps() {
    return taps;
  }

  /** Whether it is the loopback. */
  @Override
  public boolean isLoopback() {
    return loopback;
  }

  /** Whether groups can be reached by it without a route of their own. */
  boolean isMulticast() {
    return linkFlags.contains(LinkFlag.MULTICAST);
  }

  boolean offloadsChecksum() {
    return offloadsChecksum;
  }

  /** Whether it is up. */
  public boolean isUp() {
    return layer.table().isUp(index);
  }

  /** The largest datagram that is sent by it, in bytes. */
  public int mtu() {
    InterfaceState state = layer.table().state(index);
    return state == null ? link.mtu() : state.mtu();
  }

  /** Its addresses, in the order in which they were added; none after it was removed. */
  public List<InterfaceAddress> addresses() {
    InterfaceState state = layer.table().state(index);
    return state == null ? List.of() : state.addresses();
  }

  /** What {@code ip link} prints between angle brackets: {@code LOOPBACK,UP,LOWER_UP}. */
  public String flags() {
    StringBuilder all = new StringBuilder();
    for (LinkFlag flag : linkFlags.isEmpty() ? linkFlags : EnumSet.copyOf(linkFlags)) {
      all.append(flag).append(',');
    }
    if (isUp()) {
      return all.append("UP,LOWER_UP").toString();
    }
    return all.isEmpty() ? "" : all.substring(0, all.length() - 1);
  }

  /**
   * Brings the interface up or down. The loopback gets 127.0.0.1/8 and ::1/128 when it comes up and
   * has no address of that version. Any interface loses its IPv6 addresses when it goes down, as on
   * Linux.
   */
  public void setUp(boolean up) {
    layer.change(index, s -> up == s.up() ? s : withUp(s, up));
  }

  private InterfaceState withUp(InterfaceState s, boolean up) {
    List<InterfaceAddress> addresses = new ArrayList<>(s.addresses());
    if (!up) {
      addresses.removeIf(a -> a.address().isIpv6());
    } else if (loopback) {
      if (!hasVersion(addresses, true)) {
        addresses.addFirst(InterfaceAddress.of(IpAddress.IPV4_LOOPBACK, 8));
      }
      if (s.mtu() >= Ipv6Header.MIN_MTU && !hasVersion(addresses, false)) {
        addresses.addLast(InterfaceAddress.of(IpAddress.IPV6_LOOPBACK, 128));
      }
    }
    return s.withUp(up).withAddresses(addresses);
  }

  private static boolean hasVersion(List<InterfaceAddress> addresses, boolean ipv4) {
    for (InterfaceAddress each : addresses) {
      if (each.address().isIpv4() == ipv4) {
        return true;
      }
    }
    return false;
  }

  /**
   * Changes the MTU. Below 1280 bytes the interface loses its IPv6 addresses (RFC 8200 section 5).
   *
   * @param mtu 68 bytes to what the link carries
   * @throws ErrnoException EINVAL if it is out of range
   */
  public void setMtu(int mtu) throws ErrnoException {
    if (mtu < MIN_MTU || mtu > link.mtu()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    layer.change(
        index,
        s -> {
          List<InterfaceAddress> addresses = new ArrayList<>(s.addresses());
          if (mtu < Ipv6Header.MIN_MTU) {
            addresses.removeIf(a -> a.address().isIpv6());
          }
          return s.withMtu(mtu).withAddresses(addresses);
        });
  }

  /**
   * Adds an address.
   *
   * @throws ErrnoException EADDRNOTAVAIL for a loopback address on another link: it "must not be
   *     assigned to any physical interface" (RFC 4291 section 2.5.3, RFC 1122 section 3.2.1.3(g));
   *     EINVAL for IPv6 where the MTU is below 1280; EADDRINUSE if the interface has it; ENODEV if
   *     the interface was removed
   */
  public void addAddress(InterfaceAddress address) throws ErrnoException {
    IpAddress a = address.address();
    if (a.isLoopback() && !loopback) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    @Nullable Errno[] refusal = new @Nullable Errno[1];
    boolean there =
        layer.change(
            index,
            s -> {
              refusal[0] = refusal(s, a);
              if (refusal[0] != null) {
                return s;
              }
              List<InterfaceAddress> addresses = new ArrayList<>(s.addresses());
              addresses.add(address);
              return s.withAddresses(addresses);
            });
    if (!there) {
      throw new ErrnoException(Errno.ENODEV);
    }
    Errno why = refusal[0];
    if (why != null) {
      throw new ErrnoException(why);
    }
  }

  private static @Nullable Errno refusal(InterfaceState s, IpAddress a) {
    if (s.has(a)) {
      return Errno.EADDRINUSE;
    }
    return a.isIpv6() && s.mtu() < Ipv6Header.MIN_MTU ? Errno.EINVAL : null;
  }

  /**
   * Removes an address.
   *
   * @return whether it was there
   */
  public boolean removeAddress(IpAddress address) {
    boolean[] found = new boolean[1];
    layer.change(
        index,
        s -> {
          List<InterfaceAddress> addresses = new ArrayList<>(s.addresses());
          found[0] = addresses.removeIf(a -> a.address().equals(address));
          return s.withAddresses(addresses);
        });
    return found[0];
  }

  /** Hands a datagram to the link, complete if the link wants that. */
  void transmit(Packet packet) {
    if (!offloadsChecksum) {
      Datagrams.completeChecksum(packet);
    }
    counters.transmitted(packet);
    LinkFilter by = filter;
    if (by != null) {
      by.take(LinkTap.Direction.OUT, packet);
      return;
    }
    taps.pass(LinkTap.Direction.OUT, packet);
    carry(packet);
  }

  private void carry(Packet packet) {
    if (loopback) {
      link.transmit(packet);
      return;
    }
    try {
      link.transmit(packet);
    } catch (RuntimeException e) {
      // A link may be anybody's; its failure is a lost datagram, not the sender's.
      counters.transmitError();
    }
  }

  /** Gives the link up, after which nothing passes. */
  void close() {
    link.close();
    taps.end();
  }

  /** Takes a datagram from the link: the way in from outside any endpoint. */
  void receive(Packet packet) {
    if (loopback) {
      // Sent a moment ago on this very thread, inside the sender's entry, and counted there.
      enter(packet, false);
      return;
    }
    counters.received(packet);
    LinkFilter by = filter;
    if (by != null) {
      by.take(LinkTap.Direction.IN, packet);
      return;
    }
    taps.pass(LinkTap.Direction.IN, packet);
    enter(packet, false);
  }

  @Override
  public void setFilter(@Nullable LinkFilter newFilter) {
    filter = newFilter;
  }

  @Override
  public boolean isWatched() {
    return !taps.isEmpty();
  }

  @Override
  public void proceed(LinkTap.Direction direction, Packet packet, @Nullable LinkVerdict verdict) {
    if (verdict == null) {
      taps.pass(direction, packet);
    } else {
      taps.pass(direction, packet, verdict);
    }
    if (direction == LinkTap.Direction.OUT) {
      carry(packet);
    } else {
      enter(packet, false);
    }
  }

  @Override
  public void drop(
      LinkTap.Direction direction,
      Packet packet,
      DropReason reason,
      @Nullable LinkVerdict verdict) {
    if (verdict != null) {
      taps.pass(direction, packet, verdict);
    }
    packet.setInterfaceIndex(index);
    layer.drop(packet, reason);
  }

  /** Takes the copy of a broadcast or multicast datagram that was sent by this interface. */
  void receiveCopy(Packet packet) {
    enter(packet, true);
  }

  private void enter(Packet packet, boolean copy) {
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      packet.setInterfaceIndex(index);
      if (layer.table().isUp(index)) {
        layer.input().receive(this, packet, copy);
      } else {
        layer.drop(packet, DropReason.LINK_DOWN);
      }
    } finally {
      queue.exit();
    }
  }

  @Override
  public String toString() {
    return index + ": " + name + ": <" + flags() + "> mtu " + mtu();
  }
}

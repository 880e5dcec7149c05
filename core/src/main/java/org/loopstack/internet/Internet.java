// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;

/**
 * The internet layer of one stack, as the transports above see it. Safe for use by many threads.
 */
public interface Internet {
  /** What drives the stack. */
  Engine engine();

  /**
   * Finds the way to a destination and the source address for it (RFC 1122 section 3.3.4.3, RFC
   * 6724). The unspecified address as destination means this host: 127.0.0.1 or ::1.
   *
   * @param source the address that the caller is bound to, or the unspecified one (of either
   *     family) for the stack to choose
   * @param interfaceIndex the interface to use (a zone, or a multicast interface), 0 for any
   * @throws ErrnoException ENETUNREACH; EADDRNOTAVAIL (no source of that family); EINVAL (the
   *     source must not leave on that link, as 127.0.0.1 to elsewhere; a wrong zone); ENETDOWN;
   *     EAFNOSUPPORT
   */
  Route route(IpAddress destination, IpAddress source, int interfaceIndex) throws ErrnoException;

  /** Whether a socket can be bound to the address: one of ours, any of 127/8, unspecified. */
  boolean isBindable(IpAddress address);

  /** Whether the address is a broadcast address, limited or of a prefix of ours. */
  boolean isBroadcast(IpAddress address);

  /** Whether datagrams to this address are for us: one of ours, any of 127/8. */
  boolean isLocal(IpAddress address);

  /**
   * Sends a datagram: puts the IP header in front of the packet's head, which begins with the
   * transport header, fragments where it must and may, and hands it to the link. The packet is the
   * internet layer's from here on. May be called with an endpoint's lock held.
   *
   * @param protocol the upper-layer protocol's number
   * @param ttl time to live or hop limit, 1 to 255
   * @param trafficClass the type-of-service or traffic-class octet
   * @param dontFragment whether a datagram larger than the MTU is refused instead of fragmented
   * @return null, or why it was not sent: EMSGSIZE, ENETUNREACH, ENETDOWN, ENOBUFS
   */
  default @Nullable Errno send(
      Route route, Packet packet, int protocol, int ttl, int trafficClass, boolean dontFragment) {
    return send(route, packet, protocol, ttl, trafficClass, dontFragment, true);
  }

  /**
   * Sends a datagram as {@link #send(Route, Packet, int, int, int, boolean)} does.
   *
   * @param ttl 0 to 255; 0 is for groups only and means: not beyond this host
   * @param multicastLoop whether this host, if it listens to the group, gets a copy of what leaves
   *     on another link (RFC 1112 section 6.1, IP_MULTICAST_LOOP); what is sent on the loopback
   *     comes back in any case, as on Linux
   * @return null, or why it was not sent; EINVAL also for a time to live out of range
   */
  default @Nullable Errno send(
      Route route,
      Packet packet,
      int protocol,
      int ttl,
      int trafficClass,
      boolean dontFragment,
      boolean multicastLoop) {
    return send(route, packet, protocol, ttl, trafficClass, dontFragment, multicastLoop, null);
  }

  /**
   * Sends a datagram as the others do, with options in its IPv4 header.
   *
   * @param options a multiple of 4 bytes, at most 40, for which the packet has kept room in front
   *     besides the route's; or null. With a source route the transport's checksum counts with the
   *     last stop, which this layer does not look for: it must be there already.
   * @return null, or why it was not sent
   */
  @Nullable Errno send(
      Route route,
      Packet packet,
      int protocol,
      int ttl,
      int trafficClass,
      boolean dontFragment,
      boolean multicastLoop,
      byte @Nullable [] options);

  /**
   * Says who takes the datagrams of a protocol. ICMP and ICMPv6 are answered by this layer; who is
   * registered for them gets what it does not answer itself (echo replies above all, the packet's
   * transport offset at the ICMP header), and the errors about messages that were sent as such.
   *
   * @param protocol 0 to 255
   */
  void register(int protocol, UpperProtocol upper);

  /**
   * Answers a datagram that {@link UpperProtocol#receive} was given with "port unreachable", where
   * RFC 1122 section 3.2.2 and RFC 4443 section 2.4 allow an answer.
   */
  void sendPortUnreachable(Packet offending);

  /**
   * Believes that a datagram was too big for its path (RFC 1191, RFC 8201): what a protocol that
   * {@linkplain UpperProtocol#checksErrors checks} such reports itself says of one that is about a
   * datagram of its own. Never below the least MTU of the version.
   */
  void learnPathMtu(IcmpError error);

  /**
   * Negative advice (RFC 9293 section 3.8.3, RFC 1122 section 3.3.1.4): what is sent this way does
   * not seem to arrive. What was learned of the path is forgotten.
   */
  void doubtPath(Route route);

  /** Counts a datagram that was thrown away, under its interface and its reason. */
  void drop(Packet packet, DropReason reason);

  /** Membership of groups, for the datagram sockets. */
  GroupMembership groups();
}

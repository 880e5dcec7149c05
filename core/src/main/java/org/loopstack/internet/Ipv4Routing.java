// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * Finds an IPv4 route and its source address (RFC 1122 sections 3.3.1 and 3.3.4.3), in the order
 * and with the refusals of Linux.
 */
final class Ipv4Routing {
  private Ipv4Routing() {}

  static InternetRoute find(
      InternetLayer layer, IpAddress to, IpAddress boundTo, int interfaceIndex)
      throws ErrnoException {
    HostTable table = layer.table();
    // Linux: who is bound to a group or a broadcast address receives from it, but sends from
    // another.
    boolean choose = boundTo.isAny() || boundTo.isMulticast() || table.isBroadcast(boundTo);
    IpAddress source = choose ? null : boundTo;
    checkSource(table, source);
    InterfaceState wanted = wanted(table, interfaceIndex);
    IpAddress destination = to;
    if (to.isAny()) {
      destination = source == null ? IpAddress.IPV4_LOOPBACK : source;
    }
    if (destination.isMulticast() || destination.isBroadcast()) {
      return toMany(layer, table, destination, source, wanted);
    }
    RouteEntry local = table.local(destination);
    if (local != null && local.kind() == RouteEntry.Kind.LOCAL) {
      return local(layer, table, local, destination, source, wanted);
    }
    if (local != null && (wanted == null || wanted.index() == local.interfaceIndex())) {
      InterfaceState out = up(table, local.interfaceIndex());
      return route(layer, table, out, local, destination, source);
    }
    if (destination.isLoopback()) {
      // RFC 1122 3.2.1.3(g): "Addresses of this form MUST NOT appear outside a host."
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    return unicast(layer, table, destination, source, wanted);
  }

  /** RFC 1122 3.2.1.3: the source is one of our own addresses, never a broadcast or a group. */
  private static void checkSource(HostTable table, @Nullable IpAddress source)
      throws ErrnoException {
    if (source == null) {
      return;
    }
    if (source.isIpv6()) {
      // As Linux answers a socket that is bound to ::1 and sends to 127.0.0.1.
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    RouteEntry entry = table.local(source);
    if (entry == null) {
      throw new ErrnoException(source.isLoopback() ? Errno.ENETUNREACH : Errno.EINVAL);
    }
  }

  private static @Nullable InterfaceState wanted(HostTable table, int interfaceIndex)
      throws ErrnoException {
    if (interfaceIndex == 0) {
      return null;
    }
    if (table.state(interfaceIndex) == null) {
      throw new ErrnoException(Errno.ENODEV);
    }
    return up(table, interfaceIndex);
  }

  private static InterfaceState up(HostTable table, int interfaceIndex) throws ErrnoException {
    InterfaceState state = table.state(interfaceIndex);
    if (state == null || !state.up()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    return state;
  }

  /** To a group or to 255.255.255.255: by the interface asked for, of the source, of the route. */
  private static InternetRoute toMany(
      InternetLayer layer,
      HostTable table,
      IpAddress destination,
      @Nullable IpAddress source,
      @Nullable InterfaceState wanted)
      throws ErrnoException {
    InterfaceState out = wanted;
    RouteEntry entry = null;
    if (out == null && source != null) {
      RouteEntry own = table.local(source);
      out = own == null ? null : table.state(own.interfaceIndex());
    }
    if (out == null) {
      entry = refuse(table.main(destination, 0));
      out = up(table, entry.interfaceIndex());
    }
    IpAddress from = source;
    if (from == null && entry != null) {
      from = entry.source();
    }
    if (from == null) {
      from = chooseSource(table, out, destination);
    }
    contain(from, out);
    RouteEntry.Kind kind =
        destination.isMulticast() ? RouteEntry.Kind.MULTICAST : RouteEntry.Kind.BROADCAST;
    return new InternetRoute(layer, table, out, kind, null, from, destination);
  }

  /** One of our own addresses: by the loopback, whichever link holds it. */
  private static InternetRoute local(
      InternetLayer layer,
      HostTable table,
      RouteEntry entry,
      IpAddress destination,
      @Nullable IpAddress source,
      @Nullable InterfaceState wanted)
      throws ErrnoException {
    if (wanted != null && !wanted.identity().isLoopback() && destination.isLoopback()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return route(layer, table, up(table, table.loopbackIndex()), entry, destination, source);
  }

  private static InternetRoute unicast(
      InternetLayer layer,
      HostTable table,
      IpAddress destination,
      @Nullable IpAddress source,
      @Nullable InterfaceState wanted)
      throws ErrnoException {
    RouteEntry entry = table.main(destination, wanted == null ? 0 : wanted.index());
    if (entry == null && wanted != null) {
      // Linux: who names the interface means that the destination is on its link.
      IpAddress from = source == null ? chooseSource(table, wanted, destination) : source;
      contain(from, wanted);
      return new InternetRoute(
          layer, table, wanted, RouteEntry.Kind.UNICAST, null, from, destination);
    }
    RouteEntry found = refuse(entry);
    if (destination.ipv4Bits() >>> 24 == 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return route(layer, table, up(table, found.interfaceIndex()), found, destination, source);
  }

  private static RouteEntry refuse(@Nullable RouteEntry entry) throws ErrnoException {
    if (entry == null) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    Errno refusal = entry.kind().refusal();
    if (refusal != null) {
      throw new ErrnoException(refusal);
    }
    return entry;
  }

  private static InternetRoute route(
      InternetLayer layer,
      HostTable table,
      InterfaceState out,
      RouteEntry entry,
      IpAddress destination,
      @Nullable IpAddress source)
      throws ErrnoException {
    IpAddress from = source == null ? entry.source() : source;
    if (from == null) {
      IpAddress nextHop = entry.gateway() == null ? destination : entry.gateway();
      from = chooseSource(table, out, nextHop);
    }
    contain(from, out);
    return new InternetRoute(layer, table, out, entry.kind(), entry.gateway(), from, destination);
  }

  /** FACTS 1: a source in 127/8 never leaves on another link. */
  private static void contain(IpAddress source, InterfaceState out) throws ErrnoException {
    if (source.isLoopback() && !out.identity().isLoopback()) {
      throw new ErrnoException(Errno.EINVAL);
    }
  }

  /**
   * RFC 1122 3.3.4.3: an address of the interface, if there is one in the next hop's prefix; else
   * any other address of this host that is good outside it.
   */
  private static IpAddress chooseSource(HostTable table, InterfaceState out, IpAddress nextHop)
      throws ErrnoException {
    IpAddress first = null;
    for (InterfaceAddress a : out.addresses()) {
      if (a.address().isIpv4()) {
        if (a.prefix().contains(nextHop)) {
          return a.address();
        }
        first = first == null ? a.address() : first;
      }
    }
    if (first != null) {
      return first;
    }
    for (InterfaceState s : table.states()) {
      if (s == null || !s.up()) {
        continue;
      }
      for (InterfaceAddress a : s.addresses()) {
        if (a.address().isIpv4() && a.scope() == InterfaceAddress.Scope.GLOBAL) {
          return a.address();
        }
      }
    }
    throw new ErrnoException(Errno.EADDRNOTAVAIL);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/** Finds an IPv6 route and its source address (RFC 6724 section 5), refusing as Linux does. */
final class Ipv6Routing {
  private Ipv6Routing() {}

  static InternetRoute find(
      InternetLayer layer, IpAddress to, IpAddress boundTo, int interfaceIndex)
      throws ErrnoException {
    HostTable table = layer.table();
    // RFC 4291 2.5.2: "The unspecified address must not be used as the destination address".
    IpAddress destination = to.isAny() ? IpAddress.IPV6_LOOPBACK : to;
    IpAddress source = boundTo.isAny() || boundTo.isMulticast() ? null : boundTo;
    checkZone(table, destination, interfaceIndex);
    checkSource(table, source);
    RouteEntry local = destination.isMulticast() ? null : table.local(destination);
    if (local != null) {
      checkOwnZone(table, destination, interfaceIndex);
      InterfaceState out = table.state(table.loopbackIndex());
      if (out == null) {
        throw new ErrnoException(Errno.ENETUNREACH);
      }
      IpAddress from = source == null ? destination : source;
      return new InternetRoute(layer, table, out, RouteEntry.Kind.LOCAL, null, from, destination);
    }
    if (!table.hasIpv6()) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    if (destination.isLoopback()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    return elsewhere(layer, table, destination, source, interfaceIndex);
  }

  private static InternetRoute elsewhere(
      InternetLayer layer,
      HostTable table,
      IpAddress destination,
      @Nullable IpAddress source,
      int interfaceIndex)
      throws ErrnoException {
    RouteEntry entry = table.main(destination, interfaceIndex);
    Errno refusal = entry == null ? Errno.ENETUNREACH : entry.kind().refusal();
    InterfaceState out = entry == null ? null : table.state(entry.interfaceIndex());
    if (refusal != null || entry == null || out == null) {
      throw new ErrnoException(refusal == null ? Errno.ENETUNREACH : refusal);
    }
    IpAddress from = source == null ? entry.source() : source;
    if (from == null) {
      from = AddressSelection.source(table, layer.configuration().policyTable(), destination, out);
    }
    if (from == null) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    if (from.isLoopback() && !out.identity().isLoopback()) {
      // RFC 4291 2.5.3: "The loopback address must not be used as the source address in IPv6
      // packets that are sent outside of a single node."
      throw new ErrnoException(Errno.EINVAL);
    }
    RouteEntry.Kind kind =
        destination.isMulticast() ? RouteEntry.Kind.MULTICAST : RouteEntry.Kind.UNICAST;
    return new InternetRoute(layer, table, out, kind, entry.gateway(), from, destination);
  }

  /** RFC 4007 6: an address that is not global means nothing without its zone. */
  private static void checkZone(HostTable table, IpAddress destination, int interfaceIndex)
      throws ErrnoException {
    boolean scoped =
        destination.isLinkLocal() || destination.isMulticast() && destination.multicastScope() <= 2;
    if (scoped && interfaceIndex == 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (destination.isLoopback() && interfaceIndex != 0) {
      // RFC 4007 5: the loopback address is in the zone of the loopback interface.
      InterfaceState zone = table.state(interfaceIndex);
      if (zone == null || !zone.identity().isLoopback()) {
        throw new ErrnoException(Errno.EINVAL);
      }
    }
  }

  /** A link-local address of ours is ours in its own zone only. */
  private static void checkOwnZone(HostTable table, IpAddress destination, int interfaceIndex)
      throws ErrnoException {
    if (destination.isLinkLocal()) {
      InterfaceState zone = table.state(interfaceIndex);
      if (zone == null || !zone.up() || !zone.has(destination)) {
        throw new ErrnoException(Errno.ENETUNREACH);
      }
    }
  }

  private static void checkSource(HostTable table, @Nullable IpAddress source)
      throws ErrnoException {
    if (source == null) {
      return;
    }
    if (source.isIpv4()) {
      throw new ErrnoException(Errno.EAFNOSUPPORT);
    }
    if (!table.isLocal(source)) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
  }
}

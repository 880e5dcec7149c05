// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * One line of a route table.
 *
 * @param prefix the destinations it is for
 * @param kind what becomes of them
 * @param gateway the next hop, or null if the destination itself is on the link
 * @param interfaceIndex by which interface; 0 for the kinds that refuse
 * @param source the address to send from unless the socket has one, or null to choose
 * @param metric the lowest wins among routes of the same prefix
 */
public record RouteEntry(
    IpPrefix prefix,
    Kind kind,
    @Nullable IpAddress gateway,
    int interfaceIndex,
    @Nullable IpAddress source,
    int metric) {

  /** What becomes of a datagram, by the names of {@code ip route}. */
  public enum Kind {
    /** It is sent on. */
    UNICAST(null),
    /** It is for this host: by the loopback. */
    LOCAL(null),
    /** It is sent as a broadcast. */
    BROADCAST(null),
    /** It is sent to a group. */
    MULTICAST(null),
    /** It vanishes; a local sender is told that its argument is invalid. */
    BLACKHOLE(Errno.EINVAL),
    /** It is refused as unreachable. */
    UNREACHABLE(Errno.EHOSTUNREACH),
    /** It is refused as prohibited. */
    PROHIBIT(Errno.EACCES);

    private final @Nullable Errno refusal;

    Kind(@Nullable Errno refusal) {
      this.refusal = refusal;
    }

    /** What a local sender is told, or null if the route leads somewhere. */
    public @Nullable Errno refusal() {
      return refusal;
    }
  }

  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if the gateway or the source is of the other IP version
   */
  public RouteEntry {
    boolean ipv4 = prefix.network().isIpv4();
    if (gateway != null && gateway.isIpv4() != ipv4 || source != null && source.isIpv4() != ipv4) {
      throw new IllegalArgumentException("A route mixes IPv4 and IPv6: " + prefix);
    }
  }

  /** A route to destinations on an interface's link. */
  public static RouteEntry onLink(IpPrefix prefix, int interfaceIndex) {
    return new RouteEntry(prefix, Kind.UNICAST, null, interfaceIndex, null, 0);
  }

  /** A route by a router. */
  public static RouteEntry via(IpPrefix prefix, IpAddress gateway, int interfaceIndex) {
    return new RouteEntry(prefix, Kind.UNICAST, gateway, interfaceIndex, null, 0);
  }

  /** A route that leads nowhere: a blackhole, unreachable or prohibited one. */
  public static RouteEntry refuse(IpPrefix prefix, Kind kind) {
    return new RouteEntry(prefix, kind, null, 0, null, 0);
  }

  /** The same route with another metric. */
  public RouteEntry withMetric(int newMetric) {
    return new RouteEntry(prefix, kind, gateway, interfaceIndex, source, newMetric);
  }

  /** The same route with a source address. */
  public RouteEntry withSource(IpAddress newSource) {
    return new RouteEntry(prefix, kind, gateway, interfaceIndex, newSource, metric);
  }
}

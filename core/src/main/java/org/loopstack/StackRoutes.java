// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.InternetLayer;
import org.loopstack.internet.RouteEntry;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * Where a stack sends what is not for itself. The routes that follow from the addresses of its
 * interfaces are always there; these methods are about further ones. Safe for use by many threads.
 */
public final class StackRoutes {
  private final InternetLayer internet;

  StackRoutes(InternetLayer internet) {
    this.internet = internet;
  }

  /** All routes, best first. */
  public List<StackSnapshot.Route> list() {
    return Snapshots.routes(internet, internet.routes());
  }

  /**
   * Adds a route to destinations that are on an interface's link.
   *
   * @throws IOException if the interface is not there, the destinations are 127/8 or ::1, or there
   *     is the same route already
   */
  public void add(IpPrefix destinations, StackInterface via) throws IOException {
    internet.addRoute(RouteEntry.onLink(destinations, via.index()));
  }

  /**
   * Adds a route by a router; {@code 0.0.0.0/0} and {@code ::/0} make it the default one.
   *
   * @param gateway the router's address, on the interface's link
   * @throws IllegalArgumentException if the gateway is not of the destinations' IP version
   * @throws IOException if the interface is not there, the destinations are 127/8 or ::1, or there
   *     is the same route already
   */
  public void add(IpPrefix destinations, IpAddress gateway, StackInterface via) throws IOException {
    internet.addRoute(RouteEntry.via(destinations, gateway, via.index()));
  }

  /**
   * Makes destinations this host's own, all of them, as {@code ip route add local PREFIX dev lo}
   * does: datagrams to them are received, by whichever interface they come, and sockets can be
   * bound to them. They are looked at before all other routes. A router that answers in the place
   * of the hosts behind it is made so.
   *
   * @throws IOException if there is the same route already
   */
  public void addLocal(IpPrefix destinations) throws IOException {
    int index = internet.loopback().index();
    RouteEntry.Kind kind = RouteEntry.Kind.LOCAL;
    internet.addRoute(new RouteEntry(destinations, kind, null, index, null, 0));
  }

  /**
   * The way that a datagram would take now, as {@code ip route get} tells it: its destination
   * alone, with the address that it would be sent from.
   *
   * @param source the address that a socket is bound to, or null to choose
   * @throws IOException if there is no way, with the reason
   */
  public StackSnapshot.Route to(IpAddress destination, @Nullable IpAddress source)
      throws IOException {
    IpAddress any = destination.isIpv4() ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
    RouteEntry way = internet.explain(destination, source == null ? any : source);
    return Snapshots.routes(internet, List.of(way)).getFirst();
  }

  /**
   * Removes the routes with exactly this prefix that were added here.
   *
   * @return whether there were any
   */
  public boolean remove(IpPrefix destinations) {
    boolean found = false;
    for (List<RouteEntry> table : List.of(internet.routes(), internet.localRoutes())) {
      for (RouteEntry each : table) {
        if (each.prefix().equals(destinations)) {
          found |= internet.removeRoute(each);
        }
      }
    }
    return found;
  }
}

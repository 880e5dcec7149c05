// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.io.IOException;
import java.util.List;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * Where a stack sends what is not for itself. The routes that follow from the addresses of its
 * interfaces are always there; these methods are about further ones. Safe for use by many threads.
 */
public interface StackRoutes {
  /** All routes, best first. */
  List<StackSnapshot.Route> list();

  /**
   * Adds a route to destinations that are on an interface's link.
   *
   * @throws IOException if the interface is not there
   */
  void add(IpPrefix destinations, StackInterface via) throws IOException;

  /**
   * Adds a route by a router; {@code 0.0.0.0/0} and {@code ::/0} make it the default one.
   *
   * @param gateway the router's address, on the interface's link
   * @throws IllegalArgumentException if the gateway is not of the destinations' IP version
   * @throws IOException if the interface is not there
   */
  void add(IpPrefix destinations, IpAddress gateway, StackInterface via) throws IOException;

  /**
   * Removes the routes with exactly this prefix that were added here.
   *
   * @return whether there were any
   */
  boolean remove(IpPrefix destinations);
}

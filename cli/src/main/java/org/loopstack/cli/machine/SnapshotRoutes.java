// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.RouteEntry;

/** The kernel's routes in the words of a snapshot. */
final class SnapshotRoutes {
  private static final String[] TYPES = {
    "none",
    "unicast",
    "local",
    "broadcast",
    "anycast",
    "multicast",
    "blackhole",
    "unreachable",
    "prohibit",
    "throw",
    "nat"
  };

  private SnapshotRoutes() {}

  /** Those of a table. */
  static List<StackSnapshot.Route> of(List<RouteEntry> routes, int table, List<Link> links) {
    List<StackSnapshot.Route> all = new ArrayList<>();
    for (RouteEntry each : routes) {
      if (each.table() == table && !each.cloned()) {
        all.add(of(each, links));
      }
    }
    return all;
  }

  static StackSnapshot.Route of(RouteEntry route, List<Link> links) {
    int type = route.type();
    return new StackSnapshot.Route(
        route.destination(),
        type < TYPES.length ? TYPES[type] : Integer.toString(type),
        route.gateway(),
        name(route.linkIndex(), links),
        route.source(),
        (int) Math.min(Integer.MAX_VALUE, route.metric()));
  }

  private static @Nullable String name(int index, List<Link> links) {
    for (Link each : links) {
      if (each.index() == index) {
        return each.name();
      }
    }
    return null;
  }
}

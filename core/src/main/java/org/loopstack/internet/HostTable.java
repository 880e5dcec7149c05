// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * All that a stack knows of its interfaces, addresses and routes at one moment: an immutable
 * snapshot, replaced whole by every change. A route that was looked up in it is current as long as
 * it is the stack's table.
 *
 * <p>As on Linux there are two tables, and the local one is looked at first: what is for this host
 * goes by the loopback, whichever link holds the address.
 */
final class HostTable {
  /**
   * A class rather than lambdas, which take the first stack of a JVM longer than all its routes.
   */
  private static final class BestFirst implements Comparator<RouteEntry> {
    @Override
    public int compare(RouteEntry a, RouteEntry b) {
      int byLength = Integer.compare(b.prefix().length(), a.prefix().length());
      return byLength != 0 ? byLength : Integer.compare(a.metric(), b.metric());
    }
  }

  private static final Comparator<RouteEntry> BEST_FIRST = new BestFirst();
  private static final IpPrefix IPV6_MULTICAST = IpPrefix.parse("ff00::/8");
  private static final int KERNEL_METRIC_IPV6 = 256;

  private final @Nullable InterfaceState[] states;
  private final List<RouteEntry> added;

  private final Map<IpAddress, RouteEntry> exact = new HashMap<>();
  private final RouteEntry[] localPrefixes;
  private final RouteEntry[] main;
  private final int loopbackIndex;
  private final boolean anyIpv6;

  /** A host with these interfaces, each at its index, and these routes beside its own. */
  HostTable(@Nullable InterfaceState[] states, List<RouteEntry> added) {
    this.states = states;
    this.added = List.copyOf(added);
    List<RouteEntry> prefixes = new ArrayList<>();
    List<RouteEntry> connected = new ArrayList<>();
    int loopback = 0;
    boolean ipv6 = false;
    for (InterfaceState s : states) {
      if (s == null || !s.up()) {
        continue;
      }
      if (s.identity().isLoopback()) {
        loopback = s.index();
      } else if (s.identity().isMulticast()) {
        connected.add(
            new RouteEntry(
                IPV6_MULTICAST,
                RouteEntry.Kind.MULTICAST,
                null,
                s.index(),
                null,
                KERNEL_METRIC_IPV6));
      }
      for (InterfaceAddress a : s.addresses()) {
        ipv6 |= a.address().isIpv6();
        derive(s, a, prefixes, connected);
      }
    }
    for (RouteEntry e : this.added) {
      boolean local = e.kind() == RouteEntry.Kind.LOCAL || e.kind() == RouteEntry.Kind.BROADCAST;
      if (e.kind().refusal() != null || isUp(e.interfaceIndex())) {
        (local ? prefixes : connected).add(e);
      }
    }
    localPrefixes = sorted(prefixes);
    main = sorted(connected);
    loopbackIndex = loopback;
    anyIpv6 = ipv6;
  }

  private static RouteEntry[] sorted(List<RouteEntry> entries) {
    RouteEntry[] all = entries.toArray(new RouteEntry[0]);
    Arrays.sort(all, BEST_FIRST);
    return all;
  }

  /** What follows from having an address: Linux' "proto kernel" routes. */
  private void derive(
      InterfaceState s, InterfaceAddress a, List<RouteEntry> prefixes, List<RouteEntry> connected) {
    IpAddress address = a.address();
    int index = s.index();
    IpPrefix host = IpPrefix.of(address, address.length() * 8);
    exact.putIfAbsent(
        address, new RouteEntry(host, RouteEntry.Kind.LOCAL, null, index, address, 0));
    IpAddress broadcast = a.broadcast();
    if (broadcast != null) {
      IpPrefix to = IpPrefix.of(broadcast, 32);
      exact.putIfAbsent(
          broadcast, new RouteEntry(to, RouteEntry.Kind.BROADCAST, null, index, address, 0));
    }
    if (a.prefixLength() == address.length() * 8) {
      return;
    }
    if (address.isIpv4() && s.identity().isLoopback()) {
      // All of an IPv4 prefix on the loopback is this host: so 127/8 is.
      prefixes.add(new RouteEntry(a.prefix(), RouteEntry.Kind.LOCAL, null, index, address, 0));
    } else {
      IpAddress source = address.isIpv4() ? address : null;
      int metric = address.isIpv4() ? 0 : KERNEL_METRIC_IPV6;
      connected.add(
          new RouteEntry(a.prefix(), RouteEntry.Kind.UNICAST, null, index, source, metric));
    }
  }

  /** The same host with a changed, new or (null) removed interface. */
  HostTable with(int index, @Nullable InterfaceState state) {
    @Nullable InterfaceState[] changed = Arrays.copyOf(states, Math.max(states.length, index + 1));
    changed[index] = state;
    List<RouteEntry> routes = added;
    if (state == null) {
      routes = new ArrayList<>(added);
      routes.removeIf(e -> e.interfaceIndex() == index);
    }
    return new HostTable(changed, routes);
  }

  /** The same host with other routes beside its own. */
  HostTable withRoutes(List<RouteEntry> routes) {
    return new HostTable(states, routes);
  }

  /** The interface with that index, or null. */
  @Nullable InterfaceState state(int index) {
    return index > 0 && index < states.length ? states[index] : null;
  }

  /** One more than the highest index there has been. */
  int nextIndex() {
    return Math.max(1, states.length);
  }

  boolean isUp(int index) {
    InterfaceState s = state(index);
    return s != null && s.up();
  }

  /** All interfaces by index, with holes. */
  @Nullable InterfaceState[] states() {
    return states;
  }

  /** The routes that were added, not those that follow from addresses. */
  List<RouteEntry> added() {
    return added;
  }

  /** The loopback's index, or 0 if it is down or there is none. */
  int loopbackIndex() {
    return loopbackIndex;
  }

  /** Whether an interface that is up has an IPv6 address. */
  boolean hasIpv6() {
    return anyIpv6;
  }

  /** The local or broadcast route of exactly this address, or the local one of its prefix. */
  @Nullable RouteEntry local(IpAddress address) {
    RouteEntry entry = exact.get(address);
    if (entry != null) {
      return entry;
    }
    for (RouteEntry e : localPrefixes) {
      if (e.prefix().contains(address)) {
        return e;
      }
    }
    return null;
  }

  boolean isLocal(IpAddress address) {
    RouteEntry entry = local(address);
    return entry != null && entry.kind() == RouteEntry.Kind.LOCAL;
  }

  boolean isBroadcast(IpAddress address) {
    RouteEntry entry = local(address);
    return entry != null && entry.kind() == RouteEntry.Kind.BROADCAST || address.isBroadcast();
  }

  /**
   * The best route of the main table, or null.
   *
   * @param interfaceIndex by which interface, 0 for any
   */
  @Nullable RouteEntry main(IpAddress destination, int interfaceIndex) {
    for (RouteEntry e : main) {
      if (e.prefix().contains(destination)
          && (interfaceIndex == 0
              || e.interfaceIndex() == interfaceIndex
              || e.kind().refusal() != null)) {
        return e;
      }
    }
    return null;
  }

  /** The lines of both tables, for people to see. */
  List<RouteEntry> all(boolean localTable) {
    if (!localTable) {
      return List.of(main);
    }
    List<RouteEntry> all = new ArrayList<>(exact.values());
    all.addAll(Arrays.asList(localPrefixes));
    all.sort(BEST_FIRST.thenComparing(e -> e.prefix().network()));
    return all;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.LinkAddress;

/** The kernel's interfaces in the words of a snapshot, which are those of {@code ip}. */
final class SnapshotInterfaces {
  private static final int RUNNING = 0x40;

  private record Flag(int bit, String name) {}

  // In the order in which ip prints them.
  private static final List<Flag> FLAGS =
      List.of(
          new Flag(Link.LOOPBACK, "LOOPBACK"),
          new Flag(Link.BROADCAST, "BROADCAST"),
          new Flag(Link.POINT_TO_POINT, "POINTOPOINT"),
          new Flag(Link.MULTICAST, "MULTICAST"),
          new Flag(Link.NO_ARP, "NOARP"),
          new Flag(0x200, "ALLMULTI"),
          new Flag(0x100, "PROMISC"),
          new Flag(0x400, "MASTER"),
          new Flag(0x800, "SLAVE"),
          new Flag(0x4, "DEBUG"),
          new Flag(0x8000, "DYNAMIC"),
          new Flag(0x4000, "AUTOMEDIA"),
          new Flag(0x2000, "PORTSEL"),
          new Flag(0x20, "NOTRAILERS"),
          new Flag(Link.UP, "UP"),
          new Flag(Link.LOWER_UP, "LOWER_UP"),
          new Flag(0x20000, "DORMANT"),
          new Flag(0x40000, "ECHO"));

  private static final String[] STATES = {
    "UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP"
  };

  private static final Map<Integer, String> TYPES =
      Map.of(
          Link.LOOPBACK_TYPE,
          "loopback",
          Link.ETHERNET_TYPE,
          "ether",
          Link.NO_TYPE,
          "none",
          512,
          "ppp",
          768,
          "ipip",
          769,
          "tunnel6",
          776,
          "sit",
          778,
          "gre",
          823,
          "gre6");

  private SnapshotInterfaces() {}

  static StackSnapshot.Interface of(Link link, List<LinkAddress> addresses) {
    Link.Statistics s = link.statistics();
    int state = link.operationalState();
    return new StackSnapshot.Interface(
        link.index(),
        link.name(),
        flags(link),
        link.mtu(),
        link.qdisc(),
        state < STATES.length ? STATES[state] : "UNKNOWN",
        link.group() == 0 ? "default" : Long.toString(link.group()),
        link.queueLength(),
        TYPES.getOrDefault(link.type(), Integer.toString(link.type())),
        hardware(link.address()),
        hardware(link.broadcast()),
        addresses.stream()
            .filter(a -> a.linkIndex() == link.index())
            .map(SnapshotInterfaces::address)
            .toList(),
        new StackSnapshot.Counters(
            s.receivedBytes(),
            s.receivedPackets(),
            s.receiveErrors(),
            s.receiveDrops() + s.transmitDrops(),
            s.transmittedBytes(),
            s.transmittedPackets(),
            s.transmitErrors(),
            Map.of()));
  }

  private static List<String> flags(Link link) {
    List<String> flags = new ArrayList<>();
    if (link.isUp() && !link.has(RUNNING)) {
      flags.add("NO-CARRIER");
    }
    for (Flag each : FLAGS) {
      if (link.has(each.bit)) {
        flags.add(each.name);
      }
    }
    return flags;
  }

  private static @Nullable String hardware(byte @Nullable [] address) {
    return address == null ? null : HexFormat.ofDelimiter(":").formatHex(address);
  }

  private static StackSnapshot.Address address(LinkAddress a) {
    return new StackSnapshot.Address(
        a.address(),
        a.prefixLength(),
        a.broadcast(),
        scope(a.scope()),
        a.label(),
        a.has(LinkAddress.DEPRECATED),
        a.validSeconds(),
        a.preferredSeconds());
  }

  /** By the names of {@code rt_scopes}. */
  static String scope(int scope) {
    return switch (scope) {
      case 0 -> "global";
      case 200 -> "site";
      case 253 -> "link";
      case 254 -> "host";
      case 255 -> "nowhere";
      default -> Integer.toString(scope);
    };
  }
}

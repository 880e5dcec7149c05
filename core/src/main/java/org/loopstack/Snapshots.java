// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.internet.InternetLayer;
import org.loopstack.internet.RouteEntry;
import org.loopstack.link.LinkCounters;
import org.loopstack.link.LinkFlag;
import org.loopstack.transport.SocketInfo;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.DropReason;

/** Puts what the layers say of themselves into the words of {@link StackSnapshot}. */
final class Snapshots {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int QUEUE_LENGTH = 1000;

  private Snapshots() {}

  static StackSnapshot take(String name, InternetLayer internet, Transports transports) {
    long epoch = internet.engine().clock().epochNanos();
    Instant time =
        Instant.ofEpochSecond(
            Math.floorDiv(epoch, NANOS_PER_SECOND), Math.floorMod(epoch, NANOS_PER_SECOND));
    List<StackSnapshot.Interface> interfaces = new ArrayList<>();
    for (Interface each : internet.interfaces()) {
      interfaces.add(of(each));
    }
    return new StackSnapshot(
        name,
        time,
        interfaces,
        routes(internet, internet.routes()),
        routes(internet, internet.localRoutes()),
        transports.sockets().stream().map(Snapshots::of).toList(),
        drops(internet),
        transports.tcpMemory(),
        StackCounters.of(internet.counters(), transports.counters()));
  }

  private static Map<DropReason, Long> drops(InternetLayer internet) {
    Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      long count = internet.counters().drops(reason);
      if (count != 0) {
        all.put(reason, count);
      }
    }
    return all;
  }

  private static StackSnapshot.Interface of(Interface each) {
    boolean up = each.isUp();
    byte[] hardware = each.link().hardwareAddress();
    String type = each.isLoopback() ? "loopback" : hardware == null ? "none" : "ether";
    String flags = each.flags();
    return new StackSnapshot.Interface(
        each.index(),
        each.name(),
        flags.isEmpty() ? List.of() : List.of(flags.split(",")),
        each.mtu(),
        up ? "noqueue" : "noop",
        up ? "UNKNOWN" : "DOWN",
        "default",
        QUEUE_LENGTH,
        type,
        print(hardware),
        hardware == null ? null : each.isLoopback() ? print(hardware) : "ff:ff:ff:ff:ff:ff",
        addresses(each),
        of(each.counters()));
  }

  private static @Nullable String print(byte @Nullable [] hardware) {
    return hardware == null ? null : HexFormat.ofDelimiter(":").formatHex(hardware);
  }

  private static List<StackSnapshot.Address> addresses(Interface each) {
    boolean broadcasts = each.link().flags().contains(LinkFlag.BROADCAST);
    List<StackSnapshot.Address> all = new ArrayList<>();
    for (InterfaceAddress a : each.addresses()) {
      boolean ipv4 = a.address().isIpv4();
      all.add(
          new StackSnapshot.Address(
              a.address(),
              a.prefixLength(),
              broadcasts ? a.broadcast() : null,
              a.scope().name().toLowerCase(Locale.ROOT),
              ipv4 ? each.name() : null,
              a.deprecated(),
              StackSnapshot.FOREVER,
              a.deprecated() ? 0 : StackSnapshot.FOREVER));
    }
    // A stable sort: within a version the order is that in which they were added.
    all.sort(Comparator.comparing(a -> a.address().isIpv6()));
    return all;
  }

  private static StackSnapshot.Counters of(LinkCounters c) {
    return new StackSnapshot.Counters(
        c.receivedBytes(),
        c.receivedPackets(),
        c.receiveErrors(),
        c.droppedTotal(),
        c.transmittedBytes(),
        c.transmittedPackets(),
        c.transmitErrors(),
        c.drops());
  }

  static List<StackSnapshot.Route> routes(InternetLayer internet, List<RouteEntry> entries) {
    List<StackSnapshot.Route> all = new ArrayList<>();
    for (RouteEntry e : entries) {
      Interface by = internet.interfaceAt(e.interfaceIndex());
      all.add(
          new StackSnapshot.Route(
              e.prefix(),
              e.kind().name().toLowerCase(Locale.ROOT),
              e.gateway(),
              by == null ? null : by.name(),
              e.source(),
              e.metric()));
    }
    return List.copyOf(all);
  }

  private static StackSnapshot.Socket of(SocketInfo s) {
    TransportAddress remote = s.remote();
    return new StackSnapshot.Socket(
        s.protocol(),
        s.state(),
        s.receiveQueue(),
        s.sendQueue(),
        s.local().address(),
        s.local().port(),
        remote == null ? null : remote.address(),
        remote == null ? 0 : remote.port(),
        s.details());
  }
}

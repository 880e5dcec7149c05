// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.info.SocketDetails;
import org.loopstack.transport.info.TcpMemoryInfo;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * What a stack looked like at one moment, for people and tests to see: enough to print what {@code
 * ip address}, {@code ip route} and {@code ss} print. Immutable. While the stack is at work, the
 * parts are read one after the other.
 *
 * @param name what people call the stack
 * @param time when it was taken, on the stack's clock
 * @param interfaces by index
 * @param routes the lines of the main table, best first
 * @param localRoutes the lines of the local table: what is for this host
 * @param sockets bound or connected, in no order
 * @param drops how many datagrams were thrown away, by reason; only reasons that occurred
 * @param tcpMemory what the TCP connections hold together
 * @param counters what was counted, by the names that {@code nstat} prints and in its order; with
 *     those that are zero
 */
public record StackSnapshot(
    String name,
    Instant time,
    List<Interface> interfaces,
    List<Route> routes,
    List<Route> localRoutes,
    List<Socket> sockets,
    Map<DropReason, Long> drops,
    TcpMemoryInfo tcpMemory,
    Map<String, Long> counters) {

  /** The lifetime of what lives for ever, as {@code ip -j} gives it: 2^32 - 1 seconds. */
  public static final long FOREVER = 0xffff_ffffL;

  /** Copies the collections. */
  public StackSnapshot {
    interfaces = List.copyOf(interfaces);
    routes = List.copyOf(routes);
    localRoutes = List.copyOf(localRoutes);
    sockets = List.copyOf(sockets);
    drops = Map.copyOf(drops);
    counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
  }

  /**
   * An interface.
   *
   * @param index from 1 on
   * @param name as {@code lo}
   * @param flags in the order in which {@code ip} prints them: LOOPBACK, UP, LOWER_UP
   * @param mtu in bytes
   * @param qdisc always {@code noqueue}: a datagram is sent or dropped, it never waits
   * @param state UNKNOWN for an interface that is up, since our links do not say more; else DOWN
   * @param group always {@code default}
   * @param queueLength always 1000, Linux's default; nothing is queued
   * @param linkType as {@code ip} prints it behind {@code link/}: loopback, ether or none
   * @param hardwareAddress as {@code 00:00:00:00:00:00}, or null if the link has none
   * @param hardwareBroadcast the same for all hosts of the link, or null
   * @param addresses in the order in which {@code ip} prints them: IPv4 first
   * @param counters what it has carried
   */
  public record Interface(
      int index,
      String name,
      List<String> flags,
      int mtu,
      String qdisc,
      String state,
      String group,
      int queueLength,
      String linkType,
      @Nullable String hardwareAddress,
      @Nullable String hardwareBroadcast,
      List<Address> addresses,
      Counters counters) {
    /** Copies the collections. */
    public Interface {
      flags = List.copyOf(flags);
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * An address of an interface.
   *
   * @param address IPv4 or IPv6
   * @param prefixLength how many bits the addresses on the link have in common
   * @param broadcast the directed broadcast of its prefix if the link has one, or null
   * @param scope host, link or global
   * @param label the interface's name for IPv4, null for IPv6, as {@code ip} prints it at the end
   * @param deprecated whether it is no longer chosen for what begins now
   * @param validLifetime in seconds, {@link #FOREVER}
   * @param preferredLifetime in seconds, {@link #FOREVER} or 0 for a deprecated one
   */
  public record Address(
      IpAddress address,
      int prefixLength,
      @Nullable IpAddress broadcast,
      String scope,
      @Nullable String label,
      boolean deprecated,
      long validLifetime,
      long preferredLifetime) {}

  /**
   * What an interface has carried since it was made.
   *
   * @param receivedBytes IP headers included
   * @param receivedPackets datagrams, fragments counted one by one
   * @param receiveErrors failures of the link while it was handing datagrams in
   * @param dropped datagrams thrown away behind the link, on their way in or out
   * @param transmittedBytes IP headers included
   * @param transmittedPackets datagrams, fragments counted one by one
   * @param transmitErrors failures of the link while it was handed datagrams
   * @param drops the datagrams thrown away, by reason; only reasons that occurred
   */
  public record Counters(
      long receivedBytes,
      long receivedPackets,
      long receiveErrors,
      long dropped,
      long transmittedBytes,
      long transmittedPackets,
      long transmitErrors,
      Map<DropReason, Long> drops) {
    /** Copies the map. */
    public Counters {
      drops = Map.copyOf(drops);
    }
  }

  /**
   * A line of a route table.
   *
   * @param prefix the destinations
   * @param type unicast, local, broadcast, multicast, blackhole, unreachable or prohibit
   * @param gateway the next hop, or null if the destination is on the link
   * @param interfaceName by which interface; null for those that refuse
   * @param source the address to send from, or null to choose
   * @param metric the lowest wins
   */
  public record Route(
      IpPrefix prefix,
      String type,
      @Nullable IpAddress gateway,
      @Nullable String interfaceName,
      @Nullable IpAddress source,
      int metric) {}

  /**
   * A socket or connection.
   *
   * @param protocol tcp, udp or icmp
   * @param state as {@code ss} names it: LISTEN, ESTAB, TIME-WAIT, UNCONN ...
   * @param receiveQueue bytes that wait to be read; for LISTEN connections that wait to be accepted
   * @param sendQueue bytes not acknowledged; for LISTEN the backlog
   * @param localAddress where it is bound
   * @param localPort for icmp the identifier
   * @param remoteAddress the other end, or null
   * @param remotePort 0 if there is none
   * @param details what there is to see inside, or null
   */
  public record Socket(
      String protocol,
      String state,
      long receiveQueue,
      long sendQueue,
      IpAddress localAddress,
      int localPort,
      @Nullable IpAddress remoteAddress,
      int remotePort,
      @Nullable SocketDetails details) {}
}

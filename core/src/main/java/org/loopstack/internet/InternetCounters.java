// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Tallies;
import org.loopstack.link.DropCounters;
import org.loopstack.wire.DropReason;

/**
 * What the internet layer of one stack has counted, by the names that {@code nstat} prints. Safe
 * for use by many threads.
 */
public final class InternetCounters {
  // Which of a version's tallies.
  private static final int IN_RECEIVES = 0;
  private static final int IN_DELIVERS = 1;
  private static final int OUT_REQUESTS = 2;

  private static final class Version {
    private final String prefix;
    private final String icmpPrefix;
    private final Tallies datagrams = new Tallies(3);
    private final LongAdder reassemblyRequests = new LongAdder();
    private final LongAdder reassembled = new LongAdder();
    private final LongAdder fragmented = new LongAdder();
    private final LongAdder fragmentsMade = new LongAdder();
    private final LongAdder icmpIn = new LongAdder();
    private final LongAdder icmpOut = new LongAdder();
    private final ConcurrentHashMap<Integer, LongAdder> icmpInTypes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, LongAdder> icmpOutTypes = new ConcurrentHashMap<>();
    private final DropCounters drops = new DropCounters();

    Version(String prefix, String icmpPrefix) {
      this.prefix = prefix;
      this.icmpPrefix = icmpPrefix;
    }
  }

  private final Version ipv4 = new Version("Ip", "Icmp");
  private final Version ipv6 = new Version("Ip6", "Icmp6");

  InternetCounters() {}

  private Version of(boolean isIpv6) {
    return isIpv6 ? ipv6 : ipv4;
  }

  void inReceives(boolean isIpv6) {
    of(isIpv6).datagrams.add(Tallies.place(), IN_RECEIVES, 1);
  }

  void inDelivers(boolean isIpv6) {
    of(isIpv6).datagrams.add(Tallies.place(), IN_DELIVERS, 1);
  }

  void outRequests(boolean isIpv4) {
    of(!isIpv4).datagrams.add(Tallies.place(), OUT_REQUESTS, 1);
  }

  void reassemblyRequested(boolean isIpv6) {
    of(isIpv6).reassemblyRequests.increment();
  }

  void reassembled(boolean isIpv6) {
    of(isIpv6).reassembled.increment();
  }

  void fragmented(boolean isIpv4, int fragments) {
    of(!isIpv4).fragmented.increment();
    of(!isIpv4).fragmentsMade.add(fragments);
  }

  void icmpIn(boolean isIpv6, int type) {
    Version v = of(isIpv6);
    v.icmpIn.increment();
    v.icmpInTypes.computeIfAbsent(type, t -> new LongAdder()).increment();
  }

  void icmpOut(boolean isIpv6, int type) {
    Version v = of(isIpv6);
    v.icmpOut.increment();
    v.icmpOutTypes.computeIfAbsent(type, t -> new LongAdder()).increment();
  }

  void dropped(boolean isIpv6, DropReason reason) {
    of(isIpv6).drops.increment(reason);
  }

  /** How many datagrams of either version were thrown away for this reason. */
  public long drops(DropReason reason) {
    return ipv4.drops.get(reason) + ipv6.drops.get(reason);
  }

  /** How many datagrams of either version have come in, the loopback's included. */
  public long inReceives() {
    return ipv4.datagrams.sum(IN_RECEIVES) + ipv6.datagrams.sum(IN_RECEIVES);
  }

  /**
   * The value of one counter.
   *
   * @param name as {@code nstat} prints it, for example {@code IpInAddrErrors}
   * @return 0 also if there is no counter of that name
   */
  public long value(String name) {
    Long value = all().get(name);
    return value == null ? 0 : value;
  }

  /** All counters that are not zero, by name. */
  public Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    collect(ipv4, false, all);
    collect(ipv6, true, all);
    return all;
  }

  private static void collect(Version v, boolean isIpv6, Map<String, Long> all) {
    put(all, v.prefix + "InReceives", v.datagrams.sum(IN_RECEIVES));
    put(all, v.prefix + "InDelivers", v.datagrams.sum(IN_DELIVERS));
    put(all, v.prefix + "OutRequests", v.datagrams.sum(OUT_REQUESTS));
    put(all, v.prefix + "ReasmReqds", v.reassemblyRequests.sum());
    put(all, v.prefix + "ReasmOKs", v.reassembled.sum());
    put(all, v.prefix + "FragOKs", v.fragmented.sum());
    put(all, v.prefix + "FragCreates", v.fragmentsMade.sum());
    put(all, v.icmpPrefix + "InMsgs", v.icmpIn.sum());
    put(all, v.icmpPrefix + "OutMsgs", v.icmpOut.sum());
    String types = isIpv6 ? v.icmpPrefix : v.icmpPrefix + "Msg";
    v.icmpInTypes.forEach((type, n) -> put(all, types + "InType" + type, n.sum()));
    v.icmpOutTypes.forEach((type, n) -> put(all, types + "OutType" + type, n.sum()));
    v.drops
        .all()
        .forEach(
            (reason, n) -> {
              put(all, reason.counter(isIpv6), n);
              put(all, alsoCounted(reason, isIpv6), n);
            });
  }

  /** Linux counts a wrong checksum, and a full buffer, among the errors too (RFC 4022, 4113). */
  private static @Nullable String alsoCounted(DropReason reason, boolean isIpv6) {
    return switch (reason) {
      case IP_CHECKSUM -> "IpInHdrErrors";
      case ICMP_CHECKSUM -> isIpv6 ? "Icmp6InErrors" : "IcmpInErrors";
      case UDP_CHECKSUM, UDP_BUFFER_FULL -> isIpv6 ? "Udp6InErrors" : "UdpInErrors";
      case TCP_CHECKSUM -> "TcpInErrs";
      default -> null;
    };
  }

  private static void put(Map<String, Long> all, @Nullable String name, long value) {
    if (name != null && value != 0) {
      all.merge(name, value, Long::sum);
    }
  }
}

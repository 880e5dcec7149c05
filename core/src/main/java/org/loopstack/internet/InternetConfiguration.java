// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.time.Duration;

/**
 * How an internet layer behaves where the RFCs leave a choice or systems differ. Immutable; the
 * defaults are Linux's.
 *
 * @param loopbackUp whether lo starts up, with 127.0.0.1/8 and ::1/128. The default is true: a
 *     stack that was asked for is meant to be used. A fresh network namespace of Linux has it down.
 * @param hostModel which destination addresses an interface accepts (RFC 1122 section 3.3.4.2). The
 *     default is {@link HostModel#WEAK}.
 * @param routeLocalnet whether a datagram for 127/8 is accepted from another link than the
 *     loopback. The default is false, since RFC 1122 section 3.2.1.3(g) forbids it.
 * @param acceptSourceRoute whether a datagram that came by a source route, now complete, is
 *     accepted. The default is false, as on Linux; RFC 1122 section 3.2.1.8(c) asks for true.
 * @param echoIgnoreAll whether no echo request is answered. The default is false.
 * @param echoIgnoreBroadcasts whether echo and timestamp requests to an IPv4 broadcast address or
 *     group are ignored (RFC 1122 section 3.2.2.6 leaves it open). The default is true.
 * @param echoIgnoreMulticast whether echo requests to an IPv6 group are ignored. The default is
 *     false (RFC 4443 section 4.2).
 * @param defaultTtl the time to live of what this layer itself sends, 1 to 255. The default is 64.
 * @param autoFlowLabels whether IPv6 datagrams of TCP and UDP have a flow label that follows from
 *     their flow (RFC 6437 section 3). The default is true.
 * @param reassemblyMemory how many bytes all incomplete datagrams of the stack may take, fragments
 *     and book-keeping; what comes then is dropped. The default is 4 MiB.
 * @param reassemblyTimeoutIpv4 how long the first fragment to arrive waits for the others. The
 *     default is Linux's 30 s; RFC 1122 section 3.3.2 wants 60 to 120 s.
 * @param reassemblyTimeoutIpv6 the same for IPv6. The default is 60 s (RFC 8200 section 4.5).
 * @param icmpErrorInterval how long after one ICMP error a destination gets the next, once {@link
 *     #icmpErrorBurst} have been used up; zero for no limit. The default is 1 s.
 * @param icmpErrorBurst how many errors a destination that got none lately gets at once. The
 *     default is 6.
 * @param icmpMessagesPerSecond how many errors the stack sends in a second in all. The default is
 *     1000; what returns over the loopback is never limited.
 * @param icmpMessagesBurst how many of these at once. The default is 50.
 * @param pathMtuLifetime how long a path MTU that ICMP reported is believed (RFC 1191 section 6.3,
 *     RFC 8201 section 4). The default is 10 minutes.
 * @param minimumPathMtu the least IPv4 path MTU that is believed. The default is 552; a lower
 *     report leaves datagrams of this size without DF.
 * @param policyTable the table of RFC 6724 section 2.1. The default is the RFC's.
 */
public record InternetConfiguration(
    boolean loopbackUp,
    HostModel hostModel,
    boolean routeLocalnet,
    boolean acceptSourceRoute,
    boolean echoIgnoreAll,
    boolean echoIgnoreBroadcasts,
    boolean echoIgnoreMulticast,
    int defaultTtl,
    boolean autoFlowLabels,
    int reassemblyMemory,
    Duration reassemblyTimeoutIpv4,
    Duration reassemblyTimeoutIpv6,
    Duration icmpErrorInterval,
    int icmpErrorBurst,
    int icmpMessagesPerSecond,
    int icmpMessagesBurst,
    Duration pathMtuLifetime,
    int minimumPathMtu,
    PolicyTable policyTable) {

  /** Which destination addresses an interface accepts. */
  public enum HostModel {
    /** Any address of the host, whichever interface it belongs to. */
    WEAK,
    /** Only the addresses of the interface by which the datagram came. */
    STRONG
  }

  /** As Linux behaves. */
  public static final InternetConfiguration LINUX =
      new InternetConfiguration(
          true,
          HostModel.WEAK,
          false,
          false,
          false,
          true,
          false,
          64,
          true,
          4 << 20,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(1),
          6,
          1000,
          50,
          Duration.ofMinutes(10),
          552,
          PolicyTable.RFC_6724);

  /**
   * Checks all values.
   *
   * @throws IllegalArgumentException if one is out of range; the message holds it
   */
  public InternetConfiguration {
    check("defaultTtl", defaultTtl, 1, 255);
    check("reassemblyMemory", reassemblyMemory, 0, Integer.MAX_VALUE);
    check("icmpErrorBurst", icmpErrorBurst, 1, 1_000_000);
    check("icmpMessagesPerSecond", icmpMessagesPerSecond, 1, 1_000_000_000);
    check("icmpMessagesBurst", icmpMessagesBurst, 1, 1_000_000);
    check("minimumPathMtu", minimumPathMtu, 68, 65_535);
    positive("reassemblyTimeoutIpv4", reassemblyTimeoutIpv4);
    positive("reassemblyTimeoutIpv6", reassemblyTimeoutIpv6);
    positive("pathMtuLifetime", pathMtuLifetime);
    if (icmpErrorInterval.isNegative()) {
      throw new IllegalArgumentException("icmpErrorInterval is negative: " + icmpErrorInterval);
    }
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is " + value + ", not in " + least + ".." + most);
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is " + value + ", not positive");
    }
  }

  /** A builder that begins with these values. */
  public InternetConfigurationBuilder toBuilder() {
    return new InternetConfigurationBuilder(this);
  }
}

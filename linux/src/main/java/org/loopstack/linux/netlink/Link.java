// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import org.jspecify.annotations.Nullable;

/**
 * An interface as the kernel tells it.
 *
 * @param index from 1 on
 * @param name as {@code lo}
 * @param flags the sum of {@link #UP} and its sisters: {@code IFF_} of netdevice(7)
 * @param type what kind of link, as {@link #LOOPBACK_TYPE}: {@code ARPHRD_} of {@code if_arp.h}
 * @param mtu in bytes
 * @param operationalState 0 unknown, 1 not present, 2 down, 3 lower layer down, 4 testing, 5
 *     dormant, 6 up (RFC 2863)
 * @param qdisc the queueing discipline, as {@code noqueue}
 * @param group as {@code ip link} numbers it, 0 for the default one
 * @param queueLength in packets
 * @param kind as {@code veth}, {@code bridge}, {@code tun}; null for hardware and {@code lo}
 * @param peer the index of what it is joined to, 0 for none; of another namespace if that says so
 * @param address of the hardware; null if there is none
 * @param broadcast the same for all hosts of the link, or null
 * @param statistics what it has carried
 */
// The addresses are handed over, not kept; nobody compares links.
@SuppressWarnings("ArrayRecordComponent")
public record Link(
    int index,
    String name,
    int flags,
    int type,
    int mtu,
    int operationalState,
    String qdisc,
    long group,
    int queueLength,
    @Nullable String kind,
    int peer,
    byte @Nullable [] address,
    byte @Nullable [] broadcast,
    Statistics statistics) {
  /** IFF_UP: somebody wants it up. */
  public static final int UP = 0x1;

  /** IFF_BROADCAST. */
  public static final int BROADCAST = 0x2;

  /** IFF_LOOPBACK. */
  public static final int LOOPBACK = 0x8;

  /** IFF_POINTOPOINT. */
  public static final int POINT_TO_POINT = 0x10;

  /** IFF_NOARP. */
  public static final int NO_ARP = 0x80;

  /** IFF_MULTICAST. */
  public static final int MULTICAST = 0x1000;

  /** IFF_LOWER_UP: it carries. */
  public static final int LOWER_UP = 0x10000;

  /** ARPHRD_LOOPBACK. */
  public static final int LOOPBACK_TYPE = 772;

  /** ARPHRD_ETHER. */
  public static final int ETHERNET_TYPE = 1;

  /** ARPHRD_NONE: of a TUN. */
  public static final int NO_TYPE = 0xfffe;

  /**
   * What a link has carried since it was made.
   *
   * @param receivedPackets datagrams or frames
   * @param transmittedPackets the same, sent
   * @param receivedBytes with the link's headers
   * @param transmittedBytes the same, sent
   * @param receiveErrors what came in broken
   * @param transmitErrors what could not be sent
   * @param receiveDrops what came in and was thrown away
   * @param transmitDrops what was to be sent and was thrown away
   */
  public record Statistics(
      long receivedPackets,
      long transmittedPackets,
      long receivedBytes,
      long transmittedBytes,
      long receiveErrors,
      long transmitErrors,
      long receiveDrops,
      long transmitDrops) {}

  /** Whether all these flags are set. */
  public boolean has(int wanted) {
    return (flags & wanted) == wanted;
  }

  /** Whether it is a loopback. */
  public boolean isLoopback() {
    return has(LOOPBACK);
  }

  /** Whether somebody wants it up. */
  public boolean isUp() {
    return has(UP);
  }
}

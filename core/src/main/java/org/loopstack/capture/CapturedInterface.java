// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

/**
 * An interface as a capture describes it.
 *
 * @param id its number in its section of the capture, from 0 on
 * @param name as {@code lo}; empty if the capture does not say, as classic pcap never does
 * @param linkType what its packets begin with: a number of the registry of link types at <a
 *     href="https://www.tcpdump.org/linktypes.html">tcpdump.org</a>
 */
public record CapturedInterface(int id, String name, int linkType) {
  /** The link type of packets that begin with an IPv4 or IPv6 header. */
  public static final int RAW = 101;

  /** The link type of Ethernet frames. */
  public static final int ETHERNET = 1;
}

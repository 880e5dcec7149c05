// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * Why a layer discarded a datagram. Input never throws: it returns one of these, counts it, and the
 * inspector shows it.
 *
 * <p>Each knows the counter in which Linux counts the same event, as {@code nstat} names it, for
 * IPv4 and for IPv6; there is none where Linux counts nothing.
 */
public enum DropReason {
  // IP, before anything in it can be believed
  IP_HEADER_TRUNCATED(
      "shorter than the IP header, or than the header says it is",
      "IpExtInTruncatedPkts",
      "Ip6InTruncatedPkts"),
  IP_VERSION("the version field is not that of the header", "IpInHdrErrors", "Ip6InHdrErrors"),
  IP_HEADER_LENGTH("the IPv4 header length is below 20 bytes", "IpInHdrErrors", null),
  IP_TOTAL_LENGTH(
      "the total length is below the header's or beyond the bytes that arrived",
      "IpInHdrErrors",
      "Ip6InHdrErrors"),
  IP_CHECKSUM("the IPv4 header checksum is wrong", "IpExtInCsumErrors", null),
  IP_OPTION_INVALID("an IPv4 option is malformed or not allowed", "IpInHdrErrors", null),
  EXTENSION_HEADER_INVALID(
      "an IPv6 extension header or option is malformed, out of place or not understood",
      null,
      "Ip6InHdrErrors"),

  // IP, addresses and routes
  MARTIAN_SOURCE(
      "a source address that no host may send from", "IpInAddrErrors", "Ip6InAddrErrors"),
  MARTIAN_DESTINATION(
      "a destination address that may not appear on a link", "IpInAddrErrors", "Ip6InAddrErrors"),
  LOOPBACK_ADDRESS_OFF_LOOPBACK(
      "a loopback address on a link that is not the loopback", "IpInAddrErrors", "Ip6InAddrErrors"),
  NOT_FOR_US(
      "no address of this host, and this host does not forward",
      "IpInAddrErrors",
      "Ip6InAddrErrors"),
  NO_ROUTE("no route to the destination", "IpOutNoRoutes", "Ip6OutNoRoutes"),
  TTL_EXCEEDED("time to live or hop limit is used up", "IpInHdrErrors", "Ip6InHdrErrors"),
  NO_PROTOCOL("nobody here speaks the protocol in it", "IpInUnknownProtos", "Ip6InUnknownProtos"),
  MTU_EXCEEDED(
      "larger than the link's MTU and must not be fragmented", "IpFragFails", "Ip6FragFails"),

  // reassembly
  FRAGMENT_OVERLAP(
      "overlaps another fragment of the same datagram", "IpExtReasmOverlaps", "Ip6ReasmFails"),
  FRAGMENT_TOO_BIG(
      "ends beyond the largest datagram, or has an odd size", "IpReasmFails", "Ip6ReasmFails"),
  REASSEMBLY_TIMEOUT(
      "its other fragments did not arrive in time", "IpReasmTimeout", "Ip6ReasmTimeout"),
  REASSEMBLY_MEMORY("the memory for reassembly is used up", "IpReasmFails", "Ip6ReasmFails"),

  // ICMP
  ICMP_INVALID("a malformed ICMP message", "IcmpInErrors", "Icmp6InErrors"),
  ICMP_CHECKSUM("the ICMP checksum is wrong", "IcmpInCsumErrors", "Icmp6InCsumErrors"),
  RATE_LIMITED("over the limit on ICMP messages", "IcmpOutRateLimitHost", "Icmp6OutRateLimitHost"),

  // UDP
  UDP_LENGTH("the UDP length is below 8 or beyond the datagram", "UdpInErrors", "Udp6InErrors"),
  UDP_CHECKSUM(
      "the UDP checksum is wrong, or missing over IPv6", "UdpInCsumErrors", "Udp6InCsumErrors"),
  UDP_NO_PORT("no socket is bound to the UDP port", "UdpNoPorts", "Udp6NoPorts"),
  UDP_BUFFER_FULL(
      "the receive buffer of the UDP socket is full", "UdpRcvbufErrors", "Udp6RcvbufErrors"),

  // TCP
  TCP_HEADER_INVALID(
      "a TCP header shorter than 20 bytes or longer than its segment", "TcpInErrs", "TcpInErrs"),
  TCP_CHECKSUM("the TCP checksum is wrong", "TcpInCsumErrors", "TcpInCsumErrors"),
  TCP_NO_SOCKET("no connection and no listener for the segment", null, null),
  TCP_BACKLOG_FULL(
      "the listener's queue is full", "TcpExtListenOverflows", "TcpExtListenOverflows"),
  TCP_OUT_OF_WINDOW(
      "the segment lies outside the receive window", "TcpExtBeyondWindow", "TcpExtBeyondWindow"),
  TCP_PAWS(
      "the segment's timestamp is older than the last one", "TcpExtPAWSEstab", "TcpExtPAWSEstab"),
  TCP_BUFFER_FULL(
      "the receive buffer of the connection is full", "TcpExtTCPRcvQDrop", "TcpExtTCPRcvQDrop"),

  // delivery
  INBOX_FULL("the endpoint's inbox is full", "TcpExtTCPBacklogDrop", "TcpExtTCPBacklogDrop"),
  MULTICAST_NOT_MEMBER(
      "nobody here is a member of the multicast group", "UdpIgnoredMulti", "Udp6IgnoredMulti"),
  SOURCE_FILTERED(
      "the group's source filter excludes the sender", "UdpIgnoredMulti", "Udp6IgnoredMulti"),

  // the link and the stack
  LINK_DOWN("the link is down", null, null),
  FAULT_RULE("a fault rule dropped it", null, null),
  STACK_CLOSED("the stack is closed", null, null);

  private final String description;
  private final @Nullable String ipv4Counter;
  private final @Nullable String ipv6Counter;

  DropReason(String description, @Nullable String ipv4Counter, @Nullable String ipv6Counter) {
    this.description = description;
    this.ipv4Counter = ipv4Counter;
    this.ipv6Counter = ipv6Counter;
  }

  /** What happened, in one line that completes "dropped: ". */
  public String description() {
    return description;
  }

  /**
   * The name of Linux's counter for a datagram of this version, as {@code nstat} prints it, or
   * {@code null} where Linux has none.
   */
  public @Nullable String counter(boolean ipv6) {
    return ipv6 ? ipv6Counter : ipv4Counter;
  }
}

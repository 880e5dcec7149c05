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
  /** Shorter than the IP header, or than the header says it is. */
  IP_HEADER_TRUNCATED(
      "shorter than the IP header, or than the header says it is",
      "IpExtInTruncatedPkts",
      "Ip6InTruncatedPkts"),

  /** The version field is not that of the header. */
  IP_VERSION("the version field is not that of the header", "IpInHdrErrors", "Ip6InHdrErrors"),

  /** The IPv4 header length is below 20 bytes. */
  IP_HEADER_LENGTH("the IPv4 header length is below 20 bytes", "IpInHdrErrors", null),

  /** The total length is below the header's or beyond the bytes that arrived. */
  IP_TOTAL_LENGTH(
      "the total length is below the header's or beyond the bytes that arrived",
      "IpInHdrErrors",
      "Ip6InHdrErrors"),

  /** The IPv4 header checksum is wrong. */
  IP_CHECKSUM("the IPv4 header checksum is wrong", "IpExtInCsumErrors", null),

  /** An IPv4 option is malformed or not allowed. */
  IP_OPTION_INVALID("an IPv4 option is malformed or not allowed", "IpInHdrErrors", null),

  /** An IPv6 extension header or option is malformed, out of place or not understood. */
  EXTENSION_HEADER_INVALID(
      "an IPv6 extension header or option is malformed, out of place or not understood",
      null,
      "Ip6InHdrErrors"),

  // IP, addresses and routes
  /** A source address that no host may send from. */
  MARTIAN_SOURCE(
      "a source address that no host may send from", "IpInAddrErrors", "Ip6InAddrErrors"),

  /** A destination address that may not appear on a link. */
  MARTIAN_DESTINATION(
      "a destination address that may not appear on a link", "IpInAddrErrors", "Ip6InAddrErrors"),

  /** A loopback address on a link that is not the loopback. */
  LOOPBACK_ADDRESS_OFF_LOOPBACK(
      "a loopback address on a link that is not the loopback", "IpInAddrErrors", "Ip6InAddrErrors"),

  /** No address of this host, and this host does not forward. */
  NOT_FOR_US(
      "no address of this host, and this host does not forward",
      "IpInAddrErrors",
      "Ip6InAddrErrors"),

  /** No route to the destination. */
  NO_ROUTE("no route to the destination", "IpOutNoRoutes", "Ip6OutNoRoutes"),

  /** Time to live or hop limit is used up. */
  TTL_EXCEEDED("time to live or hop limit is used up", "IpInHdrErrors", "Ip6InHdrErrors"),

  /** Nobody here speaks the protocol in it. */
  NO_PROTOCOL("nobody here speaks the protocol in it", "IpInUnknownProtos", "Ip6InUnknownProtos"),

  /** Larger than the link's MTU and must not be fragmented. */
  MTU_EXCEEDED(
      "larger than the link's MTU and must not be fragmented", "IpFragFails", "Ip6FragFails"),

  // reassembly
  /** Overlaps another fragment of the same datagram. */
  FRAGMENT_OVERLAP(
      "overlaps another fragment of the same datagram", "IpExtReasmOverlaps", "Ip6ReasmFails"),

  /** Ends beyond the largest datagram, or has an odd size. */
  FRAGMENT_TOO_BIG(
      "ends beyond the largest datagram, or has an odd size", "IpReasmFails", "Ip6ReasmFails"),

  /** Its other fragments did not arrive in time. */
  REASSEMBLY_TIMEOUT(
      "its other fragments did not arrive in time", "IpReasmTimeout", "Ip6ReasmTimeout"),

  /** The memory for reassembly is used up. */
  REASSEMBLY_MEMORY("the memory for reassembly is used up", "IpReasmFails", "Ip6ReasmFails"),

  // ICMP
  /** A malformed ICMP message. */
  ICMP_INVALID("a malformed ICMP message", "IcmpInErrors", "Icmp6InErrors"),

  /** The ICMP checksum is wrong. */
  ICMP_CHECKSUM("the ICMP checksum is wrong", "IcmpInCsumErrors", "Icmp6InCsumErrors"),

  /** Over the limit on ICMP messages. */
  RATE_LIMITED("over the limit on ICMP messages", "IcmpOutRateLimitHost", "Icmp6OutRateLimitHost"),

  // UDP
  /** The UDP length is below 8 or beyond the datagram. */
  UDP_LENGTH("the UDP length is below 8 or beyond the datagram", "UdpInErrors", "Udp6InErrors"),

  /** The UDP checksum is wrong, or missing over IPv6. */
  UDP_CHECKSUM(
      "the UDP checksum is wrong, or missing over IPv6", "UdpInCsumErrors", "Udp6InCsumErrors"),

  /** No socket is bound to the UDP port. */
  UDP_NO_PORT("no socket is bound to the UDP port", "UdpNoPorts", "Udp6NoPorts"),

  /** The receive buffer of the UDP socket is full. */
  UDP_BUFFER_FULL(
      "the receive buffer of the UDP socket is full", "UdpRcvbufErrors", "Udp6RcvbufErrors"),

  // TCP
  /** A TCP header shorter than 20 bytes or longer than its segment. */
  TCP_HEADER_INVALID(
      "a TCP header shorter than 20 bytes or longer than its segment", "TcpInErrs", "TcpInErrs"),

  /** The TCP checksum is wrong. */
  TCP_CHECKSUM("the TCP checksum is wrong", "TcpInCsumErrors", "TcpInCsumErrors"),

  /** No connection and no listener for the segment. */
  TCP_NO_SOCKET("no connection and no listener for the segment", null, null),

  /** The listener's queue is full. */
  TCP_BACKLOG_FULL(
      "the listener's queue is full", "TcpExtListenOverflows", "TcpExtListenOverflows"),

  /** The segment lies outside the receive window. */
  TCP_OUT_OF_WINDOW(
      "the segment lies outside the receive window", "TcpExtBeyondWindow", "TcpExtBeyondWindow"),

  /** The segment's timestamp is older than the last one. */
  TCP_PAWS(
      "the segment's timestamp is older than the last one", "TcpExtPAWSEstab", "TcpExtPAWSEstab"),

  /** The receive buffer of the connection is full. */
  TCP_BUFFER_FULL(
      "the receive buffer of the connection is full", "TcpExtTCPRcvQDrop", "TcpExtTCPRcvQDrop"),

  // delivery
  /** The endpoint's inbox is full. */
  INBOX_FULL("the endpoint's inbox is full", "TcpExtTCPBacklogDrop", "TcpExtTCPBacklogDrop"),

  /** Nobody here is a member of the multicast group. */
  MULTICAST_NOT_MEMBER(
      "nobody here is a member of the multicast group", "UdpIgnoredMulti", "Udp6IgnoredMulti"),

  /** The group's source filter excludes the sender. */
  SOURCE_FILTERED(
      "the group's source filter excludes the sender", "UdpIgnoredMulti", "Udp6IgnoredMulti"),

  // the link and the stack
  /** The link is down. */
  LINK_DOWN("the link is down", null, null),

  /** A fault rule dropped it. */
  FAULT_RULE("a fault rule dropped it", null, null),

  /** The stack is closed. */
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

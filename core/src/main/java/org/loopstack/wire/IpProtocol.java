// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * Protocol numbers of the IPv4 Protocol and the IPv6 Next Header field (IANA, "Assigned Internet
 * Protocol Numbers"): those that a host reads.
 */
public final class IpProtocol {
  /** IPv6 Hop-by-Hop Options (RFC 8200 section 4.3). */
  public static final int HOP_BY_HOP = 0;

  /** ICMP for IPv4 (RFC 792). */
  public static final int ICMP = 1;

  /** IGMP (RFC 3376). */
  public static final int IGMP = 2;

  /** TCP (RFC 9293). */
  public static final int TCP = 6;

  /** UDP (RFC 768). */
  public static final int UDP = 17;

  /** IPv6 Routing header (RFC 8200 section 4.4). */
  public static final int ROUTING = 43;

  /** IPv6 Fragment header (RFC 8200 section 4.5). */
  public static final int FRAGMENT = 44;

  /** Encapsulating Security Payload (RFC 4303). */
  public static final int ESP = 50;

  /** Authentication Header (RFC 4302). */
  public static final int AUTHENTICATION = 51;

  /** ICMPv6 (RFC 4443). */
  public static final int ICMPV6 = 58;

  /** Nothing follows (RFC 8200 section 4.7). */
  public static final int NO_NEXT_HEADER = 59;

  /** IPv6 Destination Options (RFC 8200 section 4.6). */
  public static final int DESTINATION_OPTIONS = 60;

  private IpProtocol() {}

  /** The name as tcpdump prints it, or {@code "proto N"}. */
  public static String name(int protocol) {
    return switch (protocol) {
      case HOP_BY_HOP -> "HBH";
      case ICMP -> "ICMP";
      case IGMP -> "IGMP";
      case TCP -> "TCP";
      case UDP -> "UDP";
      case ROUTING -> "Routing";
      case FRAGMENT -> "Fragment";
      case ESP -> "ESP";
      case AUTHENTICATION -> "AH";
      case ICMPV6 -> "ICMPv6";
      case NO_NEXT_HEADER -> "no next header";
      case DESTINATION_OPTIONS -> "DSTOPT";
      default -> "proto " + protocol;
    };
  }
}

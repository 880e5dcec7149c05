// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import org.loopstack.wire.Bytes;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;

/** What a router on the way does: tells of datagrams that are too big, and marks congestion. */
final class Router {
  private static final IpAddress ROUTER_IPV4 = IpAddress.parse("10.0.0.254");
  private static final IpAddress ROUTER_IPV6 = IpAddress.parse("2001:db8::fe");

  /** RFC 1812 section 4.3.2.3: "the ICMP datagram ... [not to] exceed 576 bytes". */
  private static final int MOST_IPV4 = 576;

  /** RFC 4443 section 3.2: as much as fits "the minimum IPv6 MTU". */
  private static final int MOST_IPV6 = Ipv6Header.MIN_MTU;

  private Router() {}

  /** Whether the router may tell: over IPv4 only of a datagram that must not be fragmented. */
  static boolean isReportable(byte[] datagram) {
    return Ipv4Header.version(datagram, 0) == 6 || Ipv4Header.dontFragment(datagram, 0);
  }

  /** The error, to the sender of the datagram. */
  static byte[] tooBig(byte[] datagram, int mtu) {
    return Ipv4Header.version(datagram, 0) == 4 ? ipv4(datagram, mtu) : ipv6(datagram, mtu);
  }

  private static byte[] ipv4(byte[] datagram, int mtu) {
    int at = Ipv4Header.MIN_LENGTH;
    byte[] b = new byte[Math.min(MOST_IPV4, at + IcmpHeader.LENGTH + datagram.length)];
    int payload = at + IcmpHeader.LENGTH;
    System.arraycopy(datagram, 0, b, payload, b.length - payload);
    Ipv4Header.encode(
        b,
        0,
        at,
        0,
        b.length,
        0,
        0,
        0,
        64,
        IpProtocol.ICMP,
        ROUTER_IPV4,
        Ipv4Header.source(datagram, 0));
    IcmpHeader.encode(b, at, IcmpHeader.UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, mtu);
    IcmpHeader.updateChecksum(b, at, b.length);
    return b;
  }

  private static byte[] ipv6(byte[] datagram, int mtu) {
    int at = Ipv6Header.LENGTH;
    byte[] b = new byte[Math.min(MOST_IPV6, at + Icmpv6Header.LENGTH + datagram.length)];
    int payload = at + Icmpv6Header.LENGTH;
    System.arraycopy(datagram, 0, b, payload, b.length - payload);
    IpAddress to = Ipv6Header.source(datagram, 0);
    Ipv6Header.encode(b, 0, 0, 0, b.length - at, IpProtocol.ICMPV6, 64, ROUTER_IPV6, to);
    Icmpv6Header.encode(b, at, Icmpv6Header.PACKET_TOO_BIG, 0, mtu);
    Icmpv6Header.updateChecksum(
        b, at, b.length, InternetChecksum.pseudoHeaderIpv6(b, 0, IpProtocol.ICMPV6, b.length - at));
    return b;
  }

  /** Sets the congestion mark (CE, RFC 3168 section 5) of a datagram that can carry one. */
  static boolean mark(byte[] datagram) {
    boolean ipv4 = Ipv4Header.version(datagram, 0) == 4;
    int ecn = (ipv4 ? datagram[1] : datagram[1] >> 4) & 3;
    if (ecn != 1 && ecn != 2) {
      return false;
    }
    if (ipv4) {
      Bytes.put8(datagram, 1, datagram[1] | 3);
      Ipv4Header.updateChecksum(datagram, 0);
    } else {
      Bytes.put8(datagram, 1, datagram[1] | 0x30);
    }
    return true;
  }
}

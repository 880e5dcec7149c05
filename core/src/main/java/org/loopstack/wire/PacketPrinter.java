// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * Prints a datagram in one line, as tcpdump does without {@code -v}; sequence numbers are not made
 * relative.
 *
 * <pre>
 * IP 127.0.0.1.40000 &gt; 127.0.0.1.8080: Flags [S], seq 1, win 65495, options [mss 65495], length 0
 * </pre>
 *
 * <p>Stateless. Never throws on content: what is broken is printed as far as it goes, with the
 * reason in brackets.
 */
public final class PacketPrinter {
  private PacketPrinter() {}

  /** The datagram that the array holds. */
  public static String print(byte[] b) {
    return print(b, 0, b.length);
  }

  /** The datagram in {@code at..limit-1}. */
  public static String print(byte[] b, int at, int limit) {
    StringBuilder line = new StringBuilder(120);
    if (limit - at > 0 && Ipv4Header.version(b, at) == 6) {
      printIpv6(line, b, at, limit);
    } else {
      printIpv4(line, b, at, limit);
    }
    return line.toString();
  }

  private static void printIpv4(StringBuilder line, byte[] b, int at, int limit) {
    line.append("IP ");
    DropReason reason = Ipv4Header.validate(b, at, limit);
    if (reason != null) {
      broken(line, reason);
      return;
    }
    String source = Ipv4Header.source(b, at).toString();
    String destination = Ipv4Header.destination(b, at).toString();
    int protocol = Ipv4Header.protocol(b, at);
    int from = Ipv4Header.payloadAt(b, at);
    int end = Ipv4Header.end(b, at);
    if (Ipv4Header.isFragment(b, at)) {
      addresses(line, source, destination);
      fragment(
          line,
          protocol,
          Ipv4Header.identification(b, at),
          Ipv4Header.fragmentOffset(b, at),
          Ipv4Header.moreFragments(b, at),
          end - from);
    } else {
      printUpper(line, source, destination, true, protocol, b, from, end);
    }
  }

  private static void printIpv6(StringBuilder line, byte[] b, int at, int limit) {
    line.append("IP6 ");
    DropReason reason = Ipv6Header.validate(b, at, limit);
    if (reason != null) {
      broken(line, reason);
      return;
    }
    String source = Ipv6Header.source(b, at).toString();
    String destination = Ipv6Header.destination(b, at).toString();
    var walker = new Ipv6ExtensionHeaders();
    reason = walker.walk(b, at);
    int fragmentAt = walker.fragmentAt();
    int end = Ipv6Header.end(b, at);
    if (reason != null) {
      addresses(line, source, destination);
      broken(line, reason);
    } else if (fragmentAt >= 0 && !Ipv6FragmentHeader.isAtomic(b, fragmentAt)) {
      addresses(line, source, destination);
      fragment(
          line,
          Ipv6FragmentHeader.nextHeader(b, fragmentAt),
          Ipv6FragmentHeader.identification(b, fragmentAt),
          Ipv6FragmentHeader.fragmentOffset(b, fragmentAt),
          Ipv6FragmentHeader.moreFragments(b, fragmentAt),
          end - Ipv6FragmentHeader.payloadAt(fragmentAt));
    } else {
      int protocol = walker.upperProtocol();
      printUpper(line, source, destination, false, protocol, b, walker.upperAt(), end);
    }
  }

  private static void printUpper(
      StringBuilder line,
      String source,
      String destination,
      boolean ipv4,
      int protocol,
      byte[] b,
      int at,
      int end) {
    switch (protocol) {
      case IpProtocol.TCP, IpProtocol.UDP ->
          printPorts(line, source, destination, protocol, b, at, end);
      case IpProtocol.ICMP, IpProtocol.ICMPV6 -> {
        addresses(line, source, destination);
        if (ipv4 != (protocol == IpProtocol.ICMP)) {
          opaque(line, protocol, end - at);
        } else {
          IcmpPrinter.print(line, ipv4, b, at, end);
        }
      }
      default -> {
        addresses(line, source, destination);
        opaque(line, protocol, end - at);
      }
    }
  }

  private static void printPorts(
      StringBuilder line,
      String source,
      String destination,
      int protocol,
      byte[] b,
      int at,
      int end) {
    boolean tcp = protocol == IpProtocol.TCP;
    DropReason reason = tcp ? TcpHeader.validate(b, at, end) : UdpHeader.validate(b, at, end);
    if (reason != null) {
      addresses(line, source, destination);
      broken(line, reason);
      return;
    }
    // Both have their ports at the same place.
    addresses(
        line,
        source + "." + UdpHeader.sourcePort(b, at),
        destination + "." + UdpHeader.destinationPort(b, at));
    if (tcp) {
      TcpPrinter.print(line, b, at, end);
    } else {
      line.append("UDP, length ").append(UdpHeader.payloadLength(b, at));
    }
  }

  private static void addresses(StringBuilder line, String source, String destination) {
    line.append(source).append(" > ").append(destination).append(": ");
  }

  private static void opaque(StringBuilder line, int protocol, int length) {
    line.append(IpProtocol.name(protocol)).append(", length ").append(length);
  }

  private static void fragment(
      StringBuilder line, int protocol, int identification, int offset, boolean more, int length) {
    line.append(IpProtocol.name(protocol))
        .append(", fragment id ")
        .append(Integer.toUnsignedString(identification))
        .append(", offset ")
        .append(offset)
        .append(more ? ", more" : ", last")
        .append(", length ")
        .append(length);
  }

  static void broken(StringBuilder line, DropReason reason) {
    line.append('[').append(reason.description()).append(']');
  }
}

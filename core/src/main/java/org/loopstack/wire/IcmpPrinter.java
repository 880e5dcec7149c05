// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/** The part of {@link PacketPrinter} that prints ICMP and ICMPv6. */
final class IcmpPrinter {
  private IcmpPrinter() {}

  static void print(StringBuilder line, boolean ipv4, byte[] b, int at, int end) {
    line.append(ipv4 ? "ICMP " : "ICMP6, ");
    DropReason reason = ipv4 ? IcmpHeader.validate(b, at, end) : Icmpv6Header.validate(b, at, end);
    if (reason != null) {
      PacketPrinter.broken(line, reason);
      return;
    }
    int type = IcmpHeader.type(b, at);
    @Nullable String echo = ipv4 ? echo4(type) : echo6(type);
    if (echo != null) {
      line.append(echo)
          .append(", id ")
          .append(IcmpHeader.identifier(b, at))
          .append(", seq ")
          .append(IcmpHeader.sequence(b, at));
    } else if (ipv4 && IcmpHeader.isError(type)) {
      error4(line, type, b, at);
    } else if (!ipv4
        && type >= Icmpv6Header.UNREACHABLE
        && type <= Icmpv6Header.PARAMETER_PROBLEM) {
      error6(line, type, b, at, end);
    } else {
      line.append("type ").append(type).append(", code ").append(IcmpHeader.code(b, at));
    }
    line.append(", length ").append(end - at);
  }

  private static @Nullable String echo4(int type) {
    return switch (type) {
      case IcmpHeader.ECHO_REQUEST -> "echo request";
      case IcmpHeader.ECHO_REPLY -> "echo reply";
      case IcmpHeader.TIMESTAMP_REQUEST -> "time stamp query";
      case IcmpHeader.TIMESTAMP_REPLY -> "time stamp reply";
      default -> null;
    };
  }

  private static @Nullable String echo6(int type) {
    return switch (type) {
      case Icmpv6Header.ECHO_REQUEST -> "echo request";
      case Icmpv6Header.ECHO_REPLY -> "echo reply";
      default -> null;
    };
  }

  private static void error4(StringBuilder line, int type, byte[] b, int at) {
    int code = IcmpHeader.code(b, at);
    int inner = IcmpHeader.embeddedAt(at);
    IpAddress target = Ipv4Header.destination(b, inner);
    switch (type) {
      case IcmpHeader.UNREACHABLE -> unreachable4(line, code, target, b, at);
      case IcmpHeader.TIME_EXCEEDED ->
          line.append(
              code == IcmpHeader.TTL_EXCEEDED
                  ? "time exceeded in-transit"
                  : "ip reassembly time exceeded");
      case IcmpHeader.PARAMETER_PROBLEM ->
          line.append("parameter problem - octet ").append(IcmpHeader.pointer(b, at));
      case IcmpHeader.REDIRECT ->
          line.append("redirect ")
              .append(target)
              .append(code == 0 ? " to net " : " to host ")
              .append(IcmpHeader.gateway(b, at));
      default -> line.append("source quench");
    }
  }

  private static void unreachable4(
      StringBuilder line, int code, IpAddress target, byte[] b, int at) {
    int inner = IcmpHeader.embeddedAt(at);
    switch (code) {
      case IcmpHeader.NET_UNREACHABLE -> line.append("net ").append(target).append(" unreachable");
      case IcmpHeader.HOST_UNREACHABLE ->
          line.append("host ").append(target).append(" unreachable");
      case IcmpHeader.PROTOCOL_UNREACHABLE ->
          line.append(target)
              .append(" protocol ")
              .append(Ipv4Header.protocol(b, inner))
              .append(" unreachable");
      case IcmpHeader.PORT_UNREACHABLE -> {
        line.append(target);
        port(line, Ipv4Header.protocol(b, inner), b, Ipv4Header.payloadAt(b, inner));
        line.append(" unreachable");
      }
      case IcmpHeader.FRAGMENTATION_NEEDED ->
          line.append(target)
              .append(" unreachable - need to frag (mtu ")
              .append(IcmpHeader.nextHopMtu(b, at))
              .append(')');
      default -> line.append(target).append(" unreachable - code ").append(code);
    }
  }

  private static void error6(StringBuilder line, int type, byte[] b, int at, int end) {
    int code = Icmpv6Header.code(b, at);
    switch (type) {
      case Icmpv6Header.UNREACHABLE -> unreachable6(line, code, b, at, end);
      case Icmpv6Header.PACKET_TOO_BIG ->
          line.append("packet too big, mtu ").append(Icmpv6Header.mtu(b, at));
      case Icmpv6Header.TIME_EXCEEDED ->
          line.append(
              code == Icmpv6Header.HOP_LIMIT_EXCEEDED
                  ? "time exceeded in-transit"
                  : "ip reassembly time exceeded");
      default ->
          line.append("parameter problem, code ")
              .append(code)
              .append(" - octet ")
              .append(Icmpv6Header.pointer(b, at));
    }
  }

  private static void unreachable6(StringBuilder line, int code, byte[] b, int at, int end) {
    int inner = Icmpv6Header.embeddedAt(at);
    IpAddress target = Ipv6Header.destination(b, inner);
    line.append("destination unreachable, ");
    switch (code) {
      case Icmpv6Header.NO_ROUTE -> line.append("no route to ").append(target);
      case Icmpv6Header.ADDRESS_UNREACHABLE -> line.append("unreachable address ").append(target);
      case Icmpv6Header.PORT_UNREACHABLE -> {
        line.append("unreachable port, ").append(target);
        var walker = new Ipv6ExtensionHeaders();
        if (walker.walkEmbedded(b, inner, end) && end - walker.upperAt() >= 4) {
          port(line, walker.upperProtocol(), b, walker.upperAt());
        }
      }
      default -> line.append("code ").append(code).append(' ').append(target);
    }
  }

  /** Ports of TCP and UDP stand at the same place. */
  private static void port(StringBuilder line, int protocol, byte[] b, int at) {
    switch (protocol) {
      case IpProtocol.TCP -> line.append(" tcp port ");
      case IpProtocol.UDP -> line.append(" udp port ");
      default -> line.append(" proto ").append(protocol).append(" port ");
    }
    line.append(UdpHeader.destinationPort(b, at));
  }
}

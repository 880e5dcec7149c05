// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * The checksum of the upper layer of a whole datagram, whatever it carries: TCP, UDP, ICMP or
 * ICMPv6. For captures and links, where the loopback skipped computing it.
 *
 * <p>Stateless. Nothing is read or written outside {@code at..limit-1}, nothing throws.
 */
public final class TransportChecksums {
  /** What {@link #check} found. */
  public enum Check {
    /** The checksum is right. */
    RIGHT,
    /** The checksum is wrong. */
    WRONG,
    /** A UDP datagram over IPv4 says that it has none. */
    NONE,
    /** There is none to check: a fragment, a protocol without one, or no well-formed datagram. */
    NOT_CHECKABLE
  }

  private TransportChecksums() {}

  /**
   * Computes the upper layer's checksum and writes it, whatever its field held before - also where
   * it held the 0 with which UDP over IPv4 says that it has none: a caller for whom that is a
   * statement looks first ({@link #check}). A UDP checksum that comes out as 0 is written as
   * 0xffff. A fragment, whose checksum covers bytes that are elsewhere, and whatever is not
   * well-formed, stays as it is.
   *
   * @return whether a checksum was written
   */
  public static boolean complete(byte[] b, int at, int limit) {
    Upper upper = find(b, at, limit);
    if (upper == null) {
      return false;
    }
    Bytes.put16(b, upper.fieldAt, 0);
    int sum = upper.sum(b);
    boolean udp = upper.protocol == IpProtocol.UDP;
    Bytes.put16(b, upper.fieldAt, udp ? UdpHeader.fieldOf(sum) : InternetChecksum.finish(sum));
    return true;
  }

  /** Checks the upper layer's checksum of the datagram at {@code at}. */
  public static Check check(byte[] b, int at, int limit) {
    Upper upper = find(b, at, limit);
    if (upper == null) {
      return Check.NOT_CHECKABLE;
    }
    if (upper.protocol == IpProtocol.UDP && Bytes.u16(b, upper.fieldAt) == 0) {
      return upper.ipv4 ? Check.NONE : Check.WRONG;
    }
    return upper.sum(b) == InternetChecksum.VALID_SUM ? Check.RIGHT : Check.WRONG;
  }

  private static @Nullable Upper find(byte[] b, int at, int limit) {
    if (limit <= at) {
      return null;
    }
    return Ipv4Header.version(b, at) == 4 ? findInIpv4(b, at, limit) : findInIpv6(b, at, limit);
  }

  private static @Nullable Upper findInIpv4(byte[] b, int at, int limit) {
    if (Ipv4Header.validate(b, at, limit) != null || Ipv4Header.isFragment(b, at)) {
      return null;
    }
    int protocol = Ipv4Header.protocol(b, at);
    int upperAt = Ipv4Header.payloadAt(b, at);
    return protocol == IpProtocol.ICMPV6
        ? null
        : upper(b, at, true, protocol, upperAt, Ipv4Header.end(b, at));
  }

  private static @Nullable Upper findInIpv6(byte[] b, int at, int limit) {
    if (Ipv6Header.validate(b, at, limit) != null) {
      return null;
    }
    int protocol = Ipv6Header.nextHeader(b, at);
    int upperAt = at + Ipv6Header.LENGTH;
    boolean simple =
        protocol == IpProtocol.TCP || protocol == IpProtocol.UDP || protocol == IpProtocol.ICMPV6;
    if (!simple) {
      var walker = new Ipv6ExtensionHeaders();
      int fragmentAt = walker.walk(b, at) == null ? walker.fragmentAt() : at;
      if (fragmentAt == at || fragmentAt >= 0 && !Ipv6FragmentHeader.isAtomic(b, fragmentAt)) {
        return null;
      }
      protocol = walker.upperProtocol();
      upperAt = walker.upperAt();
    }
    return protocol == IpProtocol.ICMP
        ? null
        : upper(b, at, false, protocol, upperAt, Ipv6Header.end(b, at));
  }

  private static @Nullable Upper upper(
      byte[] b, int at, boolean ipv4, int protocol, int upperAt, int end) {
    return switch (protocol) {
      case IpProtocol.TCP ->
          TcpHeader.validate(b, upperAt, end) != null
              ? null
              : new Upper(at, ipv4, protocol, upperAt, end, upperAt + TcpHeader.CHECKSUM);
      case IpProtocol.UDP -> {
        if (UdpHeader.validate(b, upperAt, end) != null) {
          yield null;
        }
        int udpEnd = upperAt + UdpHeader.length(b, upperAt);
        yield new Upper(at, ipv4, protocol, upperAt, udpEnd, upperAt + UdpHeader.CHECKSUM);
      }
      case IpProtocol.ICMP, IpProtocol.ICMPV6 ->
          end - upperAt < IcmpHeader.LENGTH
              ? null
              : new Upper(at, ipv4, protocol, upperAt, end, upperAt + IcmpHeader.CHECKSUM);
      default -> null;
    };
  }

  /**
   * What a checksum covers, {@code from..end-1} of the datagram at {@code ipAt}, and where it
   * stands.
   */
  private record Upper(int ipAt, boolean ipv4, int protocol, int from, int end, int fieldAt) {
    int sum(byte[] b) {
      int length = end - from;
      int sum = InternetChecksum.sum(b, from, length);
      if (protocol == IpProtocol.ICMP) {
        return sum;
      }
      int pseudoHeader =
          ipv4
              ? InternetChecksum.pseudoHeaderIpv4(b, ipAt, protocol, length)
              : InternetChecksum.pseudoHeaderIpv6(b, ipAt, protocol, length);
      return InternetChecksum.add(pseudoHeader, sum);
    }
  }
}

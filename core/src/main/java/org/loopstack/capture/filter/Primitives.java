// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import org.loopstack.capture.filter.Condition.Comparison;
import org.loopstack.capture.filter.Condition.Family;
import org.loopstack.capture.filter.Condition.Relation;
import org.loopstack.capture.filter.Value.Base;
import org.loopstack.capture.filter.Value.Constant;
import org.loopstack.capture.filter.Value.Load;
import org.loopstack.capture.filter.Value.Operation;
import org.loopstack.capture.filter.Value.Operator;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;

/** What the words of a filter look at in a packet: the same bytes as libpcap. */
final class Primitives {
  /** True of all. */
  static final Condition ALWAYS = relation(Comparison.EQUAL, new Constant(0), 0);

  private static final Condition IPV4 = new Family(4);
  private static final Condition IPV6 = new Family(6);

  private Primitives() {}

  /** {@code ip}, {@code tcp} and so on, alone. */
  static Condition abbreviation(String word) {
    return switch (word) {
      case "ip" -> IPV4;
      case "ip6" -> IPV6;
      case "icmp", "igmp" -> protocol4(number(word));
      case "icmp6" -> protocol6(number(word));
      default -> protocol(number(word));
    };
  }

  static int number(String protocol) {
    Integer number = Vocabulary.PROTOCOLS.get(protocol);
    if (number == null) {
      throw new IllegalArgumentException("No protocol over IP: " + protocol);
    }
    return number;
  }

  /** A protocol over either version. */
  static Condition protocol(int number) {
    return protocol4(number).or(protocol6(number));
  }

  static Condition protocol4(int number) {
    return IPV4.and(network(9, 1, number));
  }

  /** As the next header, or the next behind a Fragment header; further libpcap does not look. */
  static Condition protocol6(int number) {
    return IPV6.and(
        network(6, 1, number).or(network(6, 1, IpProtocol.FRAGMENT).and(network(40, 1, number))));
  }

  /** A datagram, or the first fragment of one, where the upper layer's header is. */
  private static Condition isNotLaterFragment() {
    return relation(
        Comparison.EQUAL,
        new Operation(Operator.AND, Load.of(Base.NETWORK, 6, 2), new Constant(0x1fff)),
        0);
  }

  /** What must be true before bytes of a protocol's header are looked at. */
  static Condition guard(String protocol) {
    return switch (protocol) {
      case "ip" -> IPV4;
      case "ip6" -> IPV6;
      case "icmp6" -> IPV6.and(network(6, 1, IpProtocol.ICMPV6));
      default -> protocol4(number(protocol)).and(isNotLaterFragment());
    };
  }

  /** Where a protocol's header begins. */
  static Base base(String protocol) {
    return switch (protocol) {
      case "ip", "ip6" -> Base.NETWORK;
      case "icmp6" -> Base.BEHIND_IPV6;
      default -> Base.BEHIND_IPV4;
    };
  }

  /** An address, or those that have the first bits in common with it. */
  static Condition address(Qualifiers q, IpAddress address, int prefixLength) {
    if (address.isIpv4()) {
      return IPV4.and(q.ends(ipv4(address, 12, prefixLength), ipv4(address, 16, prefixLength)));
    }
    return IPV6.and(q.ends(ipv6(address, 8, prefixLength), ipv6(address, 24, prefixLength)));
  }

  /** An address of IPv4 under any mask. */
  static Condition masked(Qualifiers q, int bits, int mask) {
    return IPV4.and(q.ends(word(12, bits, mask), word(16, bits, mask)));
  }

  private static Condition ipv4(IpAddress address, int at, int prefixLength) {
    return word(at, address.ipv4Bits(), mask(prefixLength));
  }

  /** All four words are looked at, also those that the mask leaves nothing of. */
  private static Condition ipv6(IpAddress address, int at, int prefixLength) {
    return ipv6Word(address, at, prefixLength, 0)
        .and(ipv6Word(address, at, prefixLength, 1))
        .and(ipv6Word(address, at, prefixLength, 2))
        .and(ipv6Word(address, at, prefixLength, 3));
  }

  private static Condition ipv6Word(IpAddress address, int at, int prefixLength, int i) {
    long half = i < 2 ? address.high() : address.low();
    int bits = (int) (i % 2 == 0 ? half >>> 32 : half);
    return word(at + 4 * i, bits, mask(Math.clamp(prefixLength - 32 * i, 0, 32)));
  }

  private static int mask(int prefixLength) {
    return prefixLength == 0 ? 0 : -1 << 32 - prefixLength;
  }

  private static Condition word(int at, int bits, int mask) {
    return relation(
        Comparison.EQUAL,
        new Operation(Operator.AND, Load.of(Base.NETWORK, at, 4), new Constant(mask)),
        bits);
  }

  /** Ports from one to another, of the protocol that is named or any that has some. */
  static Condition ports(Qualifiers q, int from, int to) {
    if (!q.protocol().isEmpty()) {
      return ports(q, number(q.protocol()), from, to);
    }
    return ports(q, IpProtocol.TCP, from, to)
        .or(ports(q, IpProtocol.UDP, from, to))
        .or(ports(q, Vocabulary.SCTP, from, to));
  }

  private static Condition ports(Qualifiers q, int protocol, int from, int to) {
    Condition ipv4 =
        protocol4(protocol).and(isNotLaterFragment()).and(ports(q, Base.BEHIND_IPV4, from, to));
    Condition ipv6 = IPV6.and(network(6, 1, protocol)).and(ports(q, Base.BEHIND_IPV6, from, to));
    return ipv4.or(ipv6);
  }

  private static Condition ports(Qualifiers q, Base base, int from, int to) {
    return q.ends(port(Load.of(base, 0, 2), from, to), port(Load.of(base, 2, 2), from, to));
  }

  private static Condition port(Value port, int from, int to) {
    return from == to
        ? relation(Comparison.EQUAL, port, from)
        : relation(Comparison.AT_LEAST, port, from).and(relation(Comparison.AT_MOST, port, to));
  }

  /** A datagram to a group. */
  static Condition multicast(String version) {
    return version.equals("ip")
        ? IPV4.and(relation(Comparison.AT_LEAST, Load.of(Base.NETWORK, 16, 1), 224))
        : IPV6.and(network(24, 1, 255));
  }

  private static Condition network(int at, int size, int value) {
    return relation(Comparison.EQUAL, Load.of(Base.NETWORK, at, size), value);
  }

  static Condition relation(Comparison comparison, Value left, int right) {
    return new Relation(comparison, left, new Constant(right));
  }
}

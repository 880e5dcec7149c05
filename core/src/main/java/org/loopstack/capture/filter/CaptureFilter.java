// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;

/**
 * Which packets are wanted, said in the language of tcpdump (pcap-filter(7)):
 *
 * <pre>
 * tcp port 8080 and not host 127.0.0.2
 * src net 10.0.0.0/8 or dst portrange 6000-6008
 * tcp[tcpflags] &amp; (tcp-syn|tcp-fin) != 0
 * icmp6 or udp port domain or 5353
 * </pre>
 *
 * <p>Understood are {@code host}, {@code net}, {@code port}, {@code portrange} and {@code proto}
 * with {@code src}, {@code dst} and both; {@code ip}, {@code ip6}, {@code tcp}, {@code udp}, {@code
 * sctp}, {@code icmp}, {@code icmp6}, {@code igmp}, {@code ah} and {@code esp}, alone, before those
 * and before bytes in brackets; {@code ip multicast} and {@code ip6 multicast}; {@code less},
 * {@code greater}, {@code len}, arithmetic and comparisons; {@code inbound} and {@code outbound};
 * {@code and}, {@code or}, {@code not} and brackets. Not understood is what asks for a link layer
 * ({@code ether}, {@code vlan}), for {@code arp}, or for {@code protochain}.
 *
 * <p>It means what it means to tcpdump, the traps included: {@code and} and {@code or} bind alike,
 * from left to right; {@code tcp[...]} looks at IPv4 only; IPv6 extension headers but the Fragment
 * header are not passed; that {@code tcp[...]} is of TCP is made sure of only left of the first
 * operator, so say {@code tcp and} before; a packet that ends before what is looked at matches
 * nothing, with {@code not} neither. A port's name means its number for TCP and UDP alike.
 *
 * <p>Immutable; safe for use by many threads.
 */
public final class CaptureFilter {
  /** All packets. */
  public static final CaptureFilter ALL = new CaptureFilter("", Primitives.ALWAYS);

  private final String text;
  private final Condition condition;

  private CaptureFilter(String text, Condition condition) {
    this.text = text;
    this.condition = condition;
  }

  /**
   * Reads a filter that names no host but {@code localhost}.
   *
   * @param text nothing, or blanks, for all packets
   * @throws FilterException if it cannot be understood
   */
  public static CaptureFilter parse(String text) {
    return parse(text, CaptureFilter::localhost);
  }

  /**
   * Reads a filter.
   *
   * @param names the addresses of a host; none if there is no host of that name
   * @throws FilterException if it cannot be understood
   */
  public static CaptureFilter parse(String text, Function<String, List<IpAddress>> names) {
    return text.isBlank() ? ALL : new CaptureFilter(text, new FilterParser(text, names).parse());
  }

  private static List<IpAddress> localhost(String name) {
    return name.equalsIgnoreCase("localhost")
        ? List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK)
        : List.of();
  }

  /** Whether a datagram that passes a stack's interface is wanted. It is not changed. */
  public boolean matches(Packet packet, LinkTap.Direction direction) {
    return this == ALL || matches(new Subject(packet, direction));
  }

  /**
   * Whether a packet of a capture is wanted.
   *
   * @param bytes what was captured of it
   * @param originalLength how long it was, in bytes
   * @param linkType what it begins with, by the registry of link types; of a link that carries no
   *     IP, or in a way not known here, nothing about IP is true
   * @param direction which way it passed, or null if that is not known
   */
  public boolean matches(
      byte[] bytes, int originalLength, int linkType, LinkTap.@Nullable Direction direction) {
    return this == ALL || matches(new Subject(bytes, originalLength, linkType, direction));
  }

  private boolean matches(Subject subject) {
    return condition.test(subject) && !subject.isCut();
  }

  /** As it was given. */
  @Override
  public String toString() {
    return text;
  }
}

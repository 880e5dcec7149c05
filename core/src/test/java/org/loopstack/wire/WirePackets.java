// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Well-formed packets of every kind, for properties. */
final class WirePackets {
  private WirePackets() {}

  static Arbitrary<IpAddress> ipv4() {
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV4_ANY)),
        Tuple.of(4, Arbitraries.integers().map(IpAddress::ofIpv4)));
  }

  static Arbitrary<IpAddress> ipv6() {
    Arbitrary<Long> half = Arbitraries.longs();
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.of(IpAddress.IPV6_LOOPBACK, IpAddress.IPV6_ANY)),
        Tuple.of(
            4, Combinators.combine(half, half).as(IpAddress::ofIpv6).filter(IpAddress::isIpv6)));
  }

  static Arbitrary<Octets> octets(int min, int max) {
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofMinSize(min)
        .ofMaxSize(max)
        .map(Octets::copyOf);
  }

  /** Bytes that could be options: kinds, lengths and pointers that occur, and some that do not. */
  static Arbitrary<Octets> optionBytes() {
    Arbitrary<Byte> likely =
        Arbitraries.of(0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 10, 12, 18, 28, 34, 68, 131, 137, 148, 0xf1)
            .map(Integer::byteValue);
    Arbitrary<Byte> any =
        Arbitraries.frequencyOf(Tuple.of(9, likely), Tuple.of(1, Arbitraries.bytes()));
    return Arbitraries.integers()
        .between(0, 10)
        .flatMap(n -> any.array(byte[].class).ofSize(n * 4))
        .map(Octets::copyOf);
  }

  /**
   * Any bytes in place of options, which is well-formed as a header; or what a SYN and an ACK
   * carry.
   */
  static Arbitrary<Octets> tcpOptions() {
    return Arbitraries.oneOf(optionBytes(), Arbitraries.of(synOptions(), dataOptions()));
  }

  static Octets synOptions() {
    byte[] b = new byte[40];
    return Octets.copyOf(b, 0, TcpOptionWriter.syn(b, 0, 65495, true, true, 1, 0, 7));
  }

  static Octets dataOptions() {
    byte[] b = new byte[40];
    int[] edges = {10, 20, -5, 30, 0x7fff_ffff, 0x8000_0001};
    return Octets.copyOf(b, 0, TcpOptionWriter.segment(b, 0, true, 7, 8, edges, 3));
  }

  static Arbitrary<TcpSegment> tcp() {
    Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xffff);
    return Combinators.combine(
            u16,
            u16,
            Arbitraries.integers(),
            Arbitraries.integers(),
            Arbitraries.integers().between(0, 0x1ff),
            u16,
            tcpOptions(),
            octets(0, 70))
        .as(
            (s, d, seq, ack, f, w, o, data) ->
                new TcpSegment(s, d, seq, ack, f, w, w ^ f, o, data));
  }

  static Arbitrary<UdpDatagram> udp(boolean ipv4) {
    Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xffff);
    Arbitrary<Boolean> checksummed = ipv4 ? Arbitraries.of(true, false) : Arbitraries.just(true);
    return Combinators.combine(u16, u16, checksummed, octets(0, 70)).as(UdpDatagram::new);
  }

  static Arbitrary<IcmpMessage> icmp() {
    Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xffff);
    Arbitrary<Integer> code = Arbitraries.integers().between(0, 255);
    Arbitrary<Integer> any = Arbitraries.integers();
    Arbitrary<Octets> embedded = ipv4With(tcp()).map(d -> Octets.copyOf(d.encode()));
    return Arbitraries.oneOf(
        Combinators.combine(Arbitraries.of(true, false), u16, u16, octets(0, 70))
            .as(IcmpMessage.Echo::new),
        Combinators.combine(Arbitraries.of(true, false), u16, u16, any, any, any)
            .as(IcmpMessage.Timestamp::new),
        Combinators.combine(Arbitraries.of(3, 4, 5, 11, 12), code, any, embedded)
            .as(IcmpMessage.Error::new),
        Combinators.combine(Arbitraries.of(1, 2, 9, 10, 15, 40, 255), code, any, octets(0, 30))
            .as(IcmpMessage.Other::new));
  }

  static Arbitrary<Icmpv6Message> icmpv6() {
    Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xffff);
    Arbitrary<Integer> code = Arbitraries.integers().between(0, 255);
    Arbitrary<Integer> any = Arbitraries.integers();
    Arbitrary<Octets> embedded =
        Combinators.combine(ipv6With(udp(false)), Arbitraries.integers().between(40, 200))
            .as(
                (d, n) -> {
                  byte[] b = d.encode();
                  return Octets.copyOf(b, 0, Math.min(n, b.length));
                });
    return Arbitraries.oneOf(
        Combinators.combine(Arbitraries.of(true, false), u16, u16, octets(0, 70))
            .as(Icmpv6Message.Echo::new),
        Combinators.combine(Arbitraries.of(1, 2, 3, 4), code, any, embedded)
            .as(Icmpv6Message.Error::new),
        Combinators.combine(Arbitraries.of(0, 5, 100, 133, 135, 143, 255), code, any, octets(0, 30))
            .as(Icmpv6Message.Other::new));
  }

  static Arbitrary<IpDatagram> datagrams() {
    Arbitrary<OpaquePayload> opaque =
        Combinators.combine(Arbitraries.of(2, 47, 50, 132, 253), octets(0, 50))
            .as(OpaquePayload::new);
    Arbitrary<OpaquePayload> part =
        Combinators.combine(Arbitraries.of(1, 6, 17, 253), octets(1, 50)).as(OpaquePayload::new);
    return Arbitraries.<IpDatagram>oneOf(
            ipv4With(Arbitraries.oneOf(tcp(), udp(true), icmp(), opaque)),
            ipv6With(Arbitraries.oneOf(tcp(), udp(false), icmpv6(), opaque)),
            ipv4Fragments(part),
            ipv6Fragments(part))
        .withoutEdgeCases();
  }

  static Arbitrary<Ipv4Datagram> ipv4With(Arbitrary<? extends IpPayload> payload) {
    Arbitrary<Integer> u8 = Arbitraries.integers().between(0, 255);
    return Combinators.combine(
            u8,
            Arbitraries.integers().between(0, 0xffff),
            Arbitraries.of(true, false),
            u8,
            ipv4(),
            ipv4(),
            optionBytes(),
            payload)
        .as((c, id, df, ttl, s, d, o, p) -> new Ipv4Datagram(c, id, df, false, 0, ttl, s, d, o, p));
  }

  static Arbitrary<Ipv4Datagram> ipv4Fragments(Arbitrary<OpaquePayload> payload) {
    return Combinators.combine(
            ipv4With(payload), Arbitraries.integers().between(0, 8191), Arbitraries.of(true, false))
        .as(
            (d, offset, more) ->
                new Ipv4Datagram(
                    d.trafficClass(),
                    d.identification(),
                    d.dontFragment(),
                    more || offset == 0,
                    offset * 8,
                    d.ttl(),
                    d.source(),
                    d.destination(),
                    d.options(),
                    d.payload()));
  }

  /** Extension headers as they should be: hop-by-hop first, known options and ones to skip. */
  static Arbitrary<List<Ipv6Extension>> extensions() {
    Octets padding = Octets.of(0, 1, 4, 0, 0, 0, 0);
    Octets routerAlert = Octets.of(0, 5, 2, 0, 0, 1, 0);
    Octets toSkip = Octets.of(1, 0x1e, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 0, 0);
    Octets routingDone = Octets.of(0, 77, 0, 0, 0, 0, 0);
    Octets authentication = Octets.of(2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4);
    Arbitrary<Ipv6Extension> later =
        Arbitraries.of(
            new Ipv6Extension(IpProtocol.DESTINATION_OPTIONS, padding),
            new Ipv6Extension(IpProtocol.DESTINATION_OPTIONS, toSkip),
            new Ipv6Extension(IpProtocol.ROUTING, routingDone),
            new Ipv6Extension(IpProtocol.AUTHENTICATION, authentication),
            Ipv6Extension.fragment(0, false, 7));
    Arbitrary<List<Ipv6Extension>> hopByHop =
        Arbitraries.of(
            List.of(),
            List.of(new Ipv6Extension(IpProtocol.HOP_BY_HOP, routerAlert)),
            List.of(new Ipv6Extension(IpProtocol.HOP_BY_HOP, toSkip)));
    return Combinators.combine(hopByHop, later.list().ofMaxSize(4))
        .as(
            (first, rest) -> {
              List<Ipv6Extension> all = new ArrayList<>(first);
              all.addAll(rest);
              return all;
            });
  }

  static Arbitrary<Ipv6Datagram> ipv6With(Arbitrary<? extends IpPayload> payload) {
    Arbitrary<Integer> u8 = Arbitraries.integers().between(0, 255);
    return Combinators.combine(
            u8,
            Arbitraries.integers().between(0, 0xf_ffff),
            u8,
            ipv6(),
            ipv6(),
            extensions(),
            payload)
        .as(Ipv6Datagram::new);
  }

  static Arbitrary<Ipv6Datagram> ipv6Fragments(Arbitrary<OpaquePayload> payload) {
    return Combinators.combine(
            ipv6With(payload),
            Arbitraries.integers().between(1, 8191),
            Arbitraries.of(true, false),
            Arbitraries.integers())
        .as(
            (d, offset, more, id) -> {
              List<Ipv6Extension> all = new ArrayList<>(d.extensions());
              all.add(Ipv6Extension.fragment(offset * 8, more, id));
              return new Ipv6Datagram(
                  d.trafficClass(),
                  d.flowLabel(),
                  d.hopLimit(),
                  d.source(),
                  d.destination(),
                  all,
                  d.payload());
            });
  }
}

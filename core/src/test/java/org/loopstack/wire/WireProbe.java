// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads bytes as everything they could be and tells all it saw, offsets counted from the packet's
 * beginning.
 */
final class WireProbe {
  private final StringBuilder seen = new StringBuilder();
  private final byte[] b;
  private final int at;
  private final int limit;

  private WireProbe(byte[] b, int at, int limit) {
    this.b = b;
    this.at = at;
    this.limit = limit;
  }

  static String probe(byte[] b, int at, int limit) {
    WireProbe probe = new WireProbe(b, at, limit);
    probe.ipv4(at, limit);
    probe.ipv6(at, limit);
    probe.upper(at, limit);
    probe.options(at, Math.min(limit, at + 40));
    probe.values(at, limit);
    probe.whole();
    return probe.seen.toString();
  }

  private void see(String what, @Nullable Object value) {
    seen.append(what).append('=').append(value).append('\n');
  }

  private void seeOffset(String what, int offset) {
    see(what, offset < 0 ? offset : offset - at);
  }

  private void ipv4(int p, int end) {
    DropReason reason = Ipv4Header.validate(b, p, end);
    see("ipv4", reason);
    if (reason != null) {
      return;
    }
    see("trafficClass", Ipv4Header.trafficClass(b, p));
    see("identification", Ipv4Header.identification(b, p));
    see("flags", Ipv4Header.flags(b, p));
    see("fragment", Ipv4Header.isFragment(b, p) + " " + Ipv4Header.fragmentOffset(b, p));
    see("ttl", Ipv4Header.ttl(b, p) + " " + Ipv4Header.protocol(b, p));
    see("checksum", Ipv4Header.checksum(b, p) + " " + Ipv4Header.isChecksumValid(b, p));
    see("addresses", Ipv4Header.source(b, p) + " " + Ipv4Header.destination(b, p));
    seeOffset("end", Ipv4Header.end(b, p));
    see("invalid", Ipv4Options.findInvalid(b, p));
    for (int o = Ipv4Options.first(b, p); o >= 0; o = Ipv4Options.next(b, p, o)) {
      seeOffset("option " + Ipv4Options.type(b, o) + " " + Ipv4Options.length(b, o), o);
    }
    int route = Ipv4Options.findSourceRoute(b, p);
    seeOffset("route", route);
    if (route >= 0) {
      see("hops", Ipv4Options.hasHopsLeft(b, route));
    }
    byte[] out = new byte[Ipv4Header.headerLength(b, p) - Ipv4Header.MIN_LENGTH];
    int outEnd = Ipv4Options.copyForFragments(b, p, out, 0);
    see("copied", Octets.copyOf(out, 0, outEnd));
    if (Ipv4Options.findInvalid(b, p) < 0) {
      fillIn(p);
    }
    upper(Ipv4Header.payloadAt(b, p), Ipv4Header.end(b, p));
  }

  /** Recording and stamping write into options that were accepted, and nowhere else. */
  private void fillIn(int p) {
    byte[] copy = b.clone();
    int recordRoute = Ipv4Options.find(b, p, Ipv4Options.RECORD_ROUTE);
    if (recordRoute >= 0) {
      Ipv4Options.record(copy, recordRoute, IpAddress.IPV4_LOOPBACK);
    }
    int timestamp = Ipv4Options.find(b, p, Ipv4Options.TIMESTAMP);
    if (timestamp >= 0) {
      Ipv4Options.stamp(copy, timestamp, IpAddress.IPV4_LOOPBACK, 12345);
    }
    int payloadAt = Ipv4Header.payloadAt(b, p);
    see("filled", Octets.copyOf(copy, p, payloadAt - p));
    boolean within =
        Arrays.equals(b, 0, p, copy, 0, p)
            && Arrays.equals(b, payloadAt, b.length, copy, payloadAt, b.length);
    see("within", within);
    if (!within) {
      throw new AssertionError("filled in outside the options");
    }
  }

  private void ipv6(int p, int end) {
    DropReason reason = Ipv6Header.validate(b, p, end);
    see("ipv6", reason);
    if (reason != null) {
      return;
    }
    see("trafficClass", Ipv6Header.trafficClass(b, p) + " " + Ipv6Header.flowLabel(b, p));
    see("next", Ipv6Header.nextHeader(b, p) + " " + Ipv6Header.hopLimit(b, p));
    see("addresses", Ipv6Header.source(b, p) + " " + Ipv6Header.destination(b, p));
    int end6 = Ipv6Header.end(b, p);
    seeOffset("end", end6);
    var walker = new Ipv6ExtensionHeaders();
    DropReason refused = walker.walk(b, p);
    see("walk", refused + " " + walker.icmpCode() + " " + walker.icmpPointer());
    seeWalked(walker);
    if (refused == null) {
      if (walker.upperAt() > end6) {
        throw new AssertionError("the upper layer begins after the end");
      }
      upper(walker.upperAt(), end6);
    }
  }

  private void seeWalked(Ipv6ExtensionHeaders walker) {
    see("upper", walker.upperProtocol() + " " + walker.routerAlert());
    seeOffset("upperAt", walker.upperAt());
    seeOffset("nextHeaderFieldAt", walker.nextHeaderFieldAt());
    seeOffset("authenticationAt", walker.authenticationAt());
    seeOffset("fragmentNextHeaderFieldAt", walker.fragmentNextHeaderFieldAt());
    int f = walker.fragmentAt();
    seeOffset("fragmentAt", f);
    if (f >= 0) {
      see("offset", Ipv6FragmentHeader.fragmentOffset(b, f));
      see("more", Ipv6FragmentHeader.moreFragments(b, f) + " " + Ipv6FragmentHeader.isAtomic(b, f));
      see(
          "id",
          Ipv6FragmentHeader.identification(b, f) + " " + Ipv6FragmentHeader.nextHeader(b, f));
    }
  }

  private void upper(int p, int end) {
    tcp(p, end);
    udp(p, end);
    icmp(p, end);
    icmpv6(p, end);
  }

  private void tcp(int p, int end) {
    DropReason reason = TcpHeader.validate(b, p, end);
    see("tcp", reason);
    if (reason == null) {
      see("ports", TcpHeader.sourcePort(b, p) + " " + TcpHeader.destinationPort(b, p));
      see("seq", TcpHeader.sequence(b, p) + " " + TcpHeader.acknowledgment(b, p));
      see("flags", TcpHeader.flags(b, p) + " " + TcpHeader.window(b, p));
      see("urgent", TcpHeader.urgentPointer(b, p) + " " + TcpHeader.checksum(b, p));
      see("length", TcpHeader.segmentLength(b, p, end) + " " + TcpHeader.payloadLength(b, p, end));
      see("valid", TcpHeader.isChecksumValid(b, p, end, 0));
      options(p + TcpHeader.MIN_LENGTH, TcpHeader.payloadAt(b, p));
    }
  }

  private void udp(int p, int end) {
    DropReason reason = UdpHeader.validate(b, p, end);
    see("udp", reason);
    if (reason == null) {
      see("ports", UdpHeader.sourcePort(b, p) + " " + UdpHeader.destinationPort(b, p));
      see("length", UdpHeader.payloadLength(b, p) + " " + UdpHeader.checksum(b, p));
      see("valid", UdpHeader.isChecksumValid(b, p, 0));
    }
  }

  private void icmp(int p, int end) {
    DropReason reason = IcmpHeader.validate(b, p, end);
    see("icmp", reason);
    if (reason != null) {
      return;
    }
    int type = IcmpHeader.type(b, p);
    see("type", type + " " + IcmpHeader.code(b, p) + " " + IcmpHeader.rest(b, p));
    see("valid", IcmpHeader.isChecksumValid(b, p, end));
    if (type == IcmpHeader.TIMESTAMP_REPLY) {
      see("times", IcmpHeader.receiveTimestamp(b, p) + " " + IcmpHeader.transmitTimestamp(b, p));
    }
    if (IcmpHeader.isError(type)) {
      int inner = IcmpHeader.embeddedAt(p);
      see("inner", Ipv4Header.source(b, inner) + " " + Ipv4Header.destination(b, inner));
      see("innerPorts", UdpHeader.destinationPort(b, Ipv4Header.payloadAt(b, inner)));
      see("innerSequence", TcpHeader.sequence(b, Ipv4Header.payloadAt(b, inner)));
    }
  }

  private void icmpv6(int p, int end) {
    DropReason reason = Icmpv6Header.validate(b, p, end);
    see("icmpv6", reason);
    if (reason != null) {
      return;
    }
    int type = Icmpv6Header.type(b, p);
    see("type", type + " " + Icmpv6Header.code(b, p) + " " + Icmpv6Header.mtu(b, p));
    see("valid", Icmpv6Header.isChecksumValid(b, p, end, 0));
    if (type >= 1 && type <= 4) {
      int inner = Icmpv6Header.embeddedAt(p);
      see("inner", Ipv6Header.source(b, inner) + " " + Ipv6Header.destination(b, inner));
      var walker = new Ipv6ExtensionHeaders();
      see("embedded", walker.walkEmbedded(b, inner, end));
      seeWalked(walker);
    }
  }

  private void options(int p, int end) {
    var options = new TcpOptions();
    see("wellFormed", options.parse(b, p, end));
    seeOffset("malformedAt", options.malformedAt());
    see("mss", options.mss() + " " + options.windowScale() + " " + options.sackPermitted());
    see("timestamps", options.timestampValue() + " " + options.timestampEcho());
    for (int i = 0; i < options.sackBlockCount(); i++) {
      see("sack", options.sackLeft(i) + " " + options.sackRight(i));
    }
    seeOffset("cookieAt", options.fastOpenCookieAt());
    see("cookie", options.fastOpenCookieLength() + " " + options.userTimeoutSeconds());
    for (int i = 0; i < options.unknownCount(); i++) {
      seeOffset("unknown " + Bytes.u8(b, options.unknownAt(i) + 1), options.unknownAt(i));
    }
  }

  private void values(int p, int end) {
    int length = end - p;
    seeParsed("datagram", () -> IpDatagram.parse(b, p, length));
    seeParsed("datagram4", () -> Ipv4Datagram.parse(b, p, length));
    seeParsed("datagram6", () -> Ipv6Datagram.parse(b, p, length));
    for (int protocol : new int[] {1, 6, 17, 58, 99}) {
      seeParsed("payload4 " + protocol, () -> IpPayload.parse(true, protocol, b, p, length));
      seeParsed("payload6 " + protocol, () -> IpPayload.parse(false, protocol, b, p, length));
    }
  }

  private void seeParsed(String what, Supplier<Object> parse) {
    try {
      see(what, parse.get());
    } catch (WireFormatException e) {
      see(what, e.reason());
    }
  }

  private void whole() {
    see("line", PacketPrinter.print(b, at, limit));
    see("check", TransportChecksums.check(b, at, limit));
    byte[] copy = b.clone();
    boolean completed = TransportChecksums.complete(copy, at, limit);
    see("completed", completed);
    see("bytes", Octets.copyOf(copy, at, limit - at).hashCode());
    if (completed && TransportChecksums.check(copy, at, limit) != TransportChecksums.Check.RIGHT) {
      throw new AssertionError("completed, but not right");
    }
    if (!Arrays.equals(b, 0, at, copy, 0, at)
        || !Arrays.equals(b, limit, b.length, copy, limit, b.length)) {
      throw new AssertionError("written outside the bounds");
    }
  }
}

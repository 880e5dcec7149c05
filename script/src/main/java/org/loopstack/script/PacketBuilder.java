// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TransportChecksums;
import org.loopstack.wire.UdpHeader;

/** Makes the datagrams that a script sends to the stack. */
final class PacketBuilder {
  private static final int TTL = 255;

  private final Settings settings;
  private int identification;

  PacketBuilder(Settings settings) {
    this.settings = settings;
  }

  private int headerLength() {
    return settings.isIpv6OnTheWire() ? Ipv6Header.LENGTH : Ipv4Header.MIN_LENGTH;
  }

  private void ip(byte[] b, int at, int protocol, PacketSpec.IpMarks marks, Flow flow, boolean in) {
    int ttl = marks.ttl() == 0 ? TTL : marks.ttl();
    var from = in ? flow.remoteIp : flow.localIp;
    var to = in ? flow.localIp : flow.remoteIp;
    if (settings.isIpv6OnTheWire()) {
      int length = b.length - at - Ipv6Header.LENGTH;
      Ipv6Header.encode(b, at, marks.tos(), marks.flowLabel(), length, protocol, ttl, from, to);
    } else {
      int flags = Ipv4Header.DONT_FRAGMENT;
      Ipv4Header.encode(
          b,
          at,
          20,
          marks.tos(),
          b.length - at,
          ++identification,
          flags,
          0,
          ttl,
          protocol,
          from,
          to);
    }
  }

  /** A segment on the wire. */
  byte[] tcp(PacketSpec.TcpPacket p, Flow flow, Position position) {
    boolean syn = (p.flags() & TcpHeader.SYN) != 0;
    List<TcpOption> given = p.options() == null ? List.of() : p.options();
    byte[] options = OptionCodec.encode(live(given, flow, p.flags(), position));
    if (options.length % 4 != 0 || options.length > 40) {
      throw ScriptException.failed(
          position, "the TCP options are " + options.length + " bytes: 0 to 40, a multiple of 4");
    }
    int at = headerLength();
    int header = TcpHeader.MIN_LENGTH + options.length;
    byte[] b = new byte[at + header + p.length()];
    System.arraycopy(options, 0, b, at + TcpHeader.MIN_LENGTH, options.length);
    long first = p.sequence() + (syn ? 1 - (long) flow.scriptRemoteIsn : 0);
    System.arraycopy(Payload.of(first - 1, p.length()), 0, b, at + header, p.length());
    boolean ack = (p.flags() & TcpHeader.ACK) != 0;
    TcpHeader.encode(
        b,
        at,
        p.ports() == null ? flow.remotePort : p.ports().source(),
        p.ports() == null ? flow.localPort : p.ports().destination(),
        (int) p.sequence() + flow.remoteOffset(syn),
        ack ? (int) p.acknowledgment() + flow.localOffset(syn) : (int) p.acknowledgment(),
        header,
        p.flags(),
        p.window(),
        p.urgentPointer());
    ip(b, 0, IpProtocol.TCP, p.ip(), flow, true);
    TransportChecksums.complete(b, 0, b.length);
    return b;
  }

  /** The options with what is the stack's own mapped from the script to the wire. */
  private List<TcpOption> live(List<TcpOption> options, Flow flow, int flags, Position position) {
    boolean syn = (flags & TcpHeader.SYN) != 0;
    List<TcpOption> all = new ArrayList<>();
    for (TcpOption each : options) {
      switch (each) {
        case TcpOption.Sack(List<TcpOption.Block> blocks) -> {
          List<TcpOption.Block> mapped = new ArrayList<>();
          int offset = flow.localOffset(syn);
          for (TcpOption.Block block : blocks) {
            mapped.add(
                new TcpOption.Block((int) block.left() + offset, (int) block.right() + offset));
          }
          all.add(new TcpOption.Sack(mapped));
        }
        case TcpOption.Timestamps(long value, long echo) -> {
          boolean ack = (flags & TcpHeader.ACK) != 0;
          Integer live = ack ? flow.liveEcho((int) echo, settings.scaledEcho) : Integer.valueOf(0);
          if (live == null) {
            throw ScriptException.failed(
                position, "TS ecr " + echo + " echoes nothing that the stack has sent");
          }
          all.add(new TcpOption.Timestamps(value, ack ? live : (int) echo));
        }
        default -> all.add(each);
      }
    }
    return all;
  }

  /** A UDP datagram on the wire. */
  byte[] udp(PacketSpec.UdpPacket p, Flow flow) {
    int at = headerLength();
    byte[] b = new byte[at + UdpHeader.LENGTH + p.length()];
    System.arraycopy(Payload.of(0, p.length()), 0, b, at + UdpHeader.LENGTH, p.length());
    UdpHeader.encode(
        b,
        at,
        p.ports() == null ? flow.remotePort : p.ports().source(),
        p.ports() == null ? flow.localPort : p.ports().destination(),
        p.length());
    ip(b, 0, IpProtocol.UDP, p.ip(), flow, true);
    TransportChecksums.complete(b, 0, b.length);
    return b;
  }

  /** An ICMP message on the wire. */
  byte[] icmp(PacketSpec.IcmpPacket p, Flow flow, Position position) {
    boolean ipv6 = settings.isIpv6OnTheWire();
    int type = IcmpNames.type(p.type(), ipv6, position);
    int code = IcmpNames.code(p.type(), p.code(), ipv6, position);
    byte[] quoted = p.quoted() == null ? new byte[0] : quoted(p.quoted(), flow);
    int at = headerLength();
    byte[] b = new byte[at + IcmpHeader.LENGTH + quoted.length];
    System.arraycopy(quoted, 0, b, at + IcmpHeader.LENGTH, quoted.length);
    int rest = p.mtu() >= 0 ? (int) p.mtu() : IcmpHeader.restOfEcho(p.identifier(), 0);
    ip(b, 0, ipv6 ? IpProtocol.ICMPV6 : IpProtocol.ICMP, p.ip(), flow, true);
    if (ipv6) {
      Icmpv6Header.encode(b, at, type, code, rest);
      int pseudo = InternetChecksum.pseudoHeaderIpv6(b, 0, IpProtocol.ICMPV6, b.length - at);
      Icmpv6Header.updateChecksum(b, at, b.length, pseudo);
    } else {
      IcmpHeader.encode(b, at, type, code, rest);
      IcmpHeader.updateChecksum(b, at, b.length);
    }
    return b;
  }

  /** "the internet header plus the first 64 bits of the original datagram's data" (RFC 792). */
  private byte[] quoted(PacketSpec.Quoted q, Flow flow) {
    int at = headerLength();
    int upper = q.udp() ? UdpHeader.LENGTH : TcpHeader.MIN_LENGTH;
    byte[] whole = new byte[at + upper + q.length()];
    if (q.udp()) {
      UdpHeader.encode(whole, at, flow.localPort, flow.remotePort, q.length());
    } else {
      int sequence = (int) q.sequence() + flow.localOffset(false);
      int flags = TcpHeader.ACK;
      TcpHeader.encode(whole, at, flow.localPort, flow.remotePort, sequence, 0, upper, flags, 0, 0);
    }
    int protocol = q.udp() ? IpProtocol.UDP : IpProtocol.TCP;
    ip(whole, 0, protocol, PacketSpec.IpMarks.ANY, flow, false);
    byte[] cut = new byte[at + 8];
    System.arraycopy(whole, 0, cut, 0, cut.length);
    return cut;
  }
}

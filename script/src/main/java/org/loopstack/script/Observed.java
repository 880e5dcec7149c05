// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TransportChecksums;
import org.loopstack.wire.UdpHeader;

/** A datagram that the stack has sent, taken apart. */
final class Observed {
  final long time;
  final boolean ipv6;
  final int protocol;
  final IpAddress source;
  final IpAddress destination;
  final int trafficClass;
  final int ttl;
  final int flowLabel;
  final boolean checksumWrong;
  private final byte[] b;
  private final int at;
  private final int end;

  /** What the segment carries; more than one datagram did if {@link #join} was called. */
  private byte[] payload = new byte[0];

  private int flags;
  private int datagrams = 1;
  private boolean inBurst;

  Observed(ScriptedLink.Sent sent) {
    time = sent.time();
    b = sent.bytes();
    ipv6 = Ipv4Header.version(b, 0) == 6;
    if (ipv6) {
      protocol = Ipv6Header.nextHeader(b, 0);
      source = Ipv6Header.source(b, 0);
      destination = Ipv6Header.destination(b, 0);
      trafficClass = Ipv6Header.trafficClass(b, 0);
      ttl = Ipv6Header.hopLimit(b, 0);
      flowLabel = Ipv6Header.flowLabel(b, 0);
      at = Ipv6Header.LENGTH;
      end = Ipv6Header.end(b, 0);
    } else {
      protocol = Ipv4Header.protocol(b, 0);
      source = Ipv4Header.source(b, 0);
      destination = Ipv4Header.destination(b, 0);
      trafficClass = Ipv4Header.trafficClass(b, 0);
      ttl = Ipv4Header.ttl(b, 0);
      flowLabel = 0;
      at = Ipv4Header.payloadAt(b, 0);
      end = Ipv4Header.end(b, 0);
    }
    checksumWrong = TransportChecksums.check(b, 0, b.length) == TransportChecksums.Check.WRONG;
    if (isTcp()) {
      flags = TcpHeader.flags(b, at);
      payload = Arrays.copyOfRange(b, TcpHeader.payloadAt(b, at), end);
    } else if (isUdp()) {
      payload = Arrays.copyOfRange(b, UdpHeader.payloadAt(at), end);
    }
  }

  boolean isTcp() {
    return protocol == IpProtocol.TCP;
  }

  boolean isUdp() {
    return protocol == IpProtocol.UDP;
  }

  boolean isIcmp() {
    return protocol == (ipv6 ? IpProtocol.ICMPV6 : IpProtocol.ICMP);
  }

  int sourcePort() {
    return isTcp() || isUdp() ? UdpHeader.sourcePort(b, at) : 0;
  }

  int destinationPort() {
    return isTcp() || isUdp() ? UdpHeader.destinationPort(b, at) : 0;
  }

  int icmpType() {
    return b[at] & 0xff;
  }

  int icmpCode() {
    return b[at + 1] & 0xff;
  }

  int flags() {
    return flags;
  }

  boolean isSyn() {
    return (flags & TcpHeader.SYN) != 0;
  }

  /** Whether this is a part of what a kernel may have handed to its card in one piece. */
  boolean isInBurst() {
    return inBurst || datagrams > 1;
  }

  void inBurst() {
    inBurst = true;
  }

  /** Whether the next one was sent at the same time and goes on where this one ends. */
  boolean isFollowedBy(Observed next) {
    return isTcp()
        && next.isTcp()
        && payload.length > 0
        && next.payload.length > 0
        && next.time == time
        && next.sequence() == sequence() + payload.length;
  }

  int sequence() {
    return TcpHeader.sequence(b, at);
  }

  int acknowledgment() {
    return TcpHeader.acknowledgment(b, at);
  }

  int window() {
    return TcpHeader.window(b, at);
  }

  int urgentPointer() {
    return TcpHeader.urgentPointer(b, at);
  }

  byte[] payload() {
    return payload;
  }

  List<TcpOption> options() {
    return OptionCodec.decode(b, at + TcpHeader.MIN_LENGTH, TcpHeader.payloadAt(b, at));
  }

  /**
   * Takes over the next datagram's payload, if it goes on where this one ends: a kernel hands one
   * large segment to its card where ours are already cut.
   */
  boolean join(Observed next) {
    boolean continues =
        next.isTcp()
            && next.sequence() == sequence() + payload.length
            && next.acknowledgment() == acknowledgment()
            && next.window() == window()
            && ((next.flags ^ flags) & ~(TcpHeader.PSH | TcpHeader.FIN | TcpHeader.CWR)) == 0
            && (flags & TcpHeader.FIN) == 0;
    if (continues) {
      byte[] both = Arrays.copyOf(payload, payload.length + next.payload.length);
      System.arraycopy(next.payload, 0, both, payload.length, next.payload.length);
      payload = both;
      flags = flags & ~TcpHeader.PSH | next.flags;
      datagrams++;
    }
    return continues;
  }

  /** The datagram in the script's words and numbers. */
  String text(Flow flow) {
    if (isUdp()) {
      return "udp (" + payload.length + ")";
    }
    if (!isTcp()) {
      return isIcmp() ? "icmp type_" + icmpType() + " code_" + icmpCode() : "protocol " + protocol;
    }
    boolean syn = isSyn();
    long from = sequence() - flow.localOffset(syn) & 0xffff_ffffL;
    StringBuilder text = new StringBuilder(flagText(flags));
    text.append(' ').append(from).append(':').append(from + payload.length & 0xffff_ffffL);
    text.append('(').append(payload.length).append(')');
    if ((flags & TcpHeader.ACK) != 0) {
      text.append(" ack ").append(acknowledgment() - flow.remoteOffset(syn) & 0xffff_ffffL);
    }
    text.append(" win ").append(window());
    if ((flags & TcpHeader.URG) != 0) {
      text.append(" urg ").append(urgentPointer());
    }
    List<TcpOption> options = scriptOptions(flow);
    return options.isEmpty() ? text.toString() : text + " <" + optionText(options) + ">";
  }

  /** The options with what is the peer's own mapped from the wire to the script. */
  List<TcpOption> scriptOptions(Flow flow) {
    List<TcpOption> all = new ArrayList<>();
    int offset = flow.remoteOffset(isSyn());
    for (TcpOption each : options()) {
      switch (each) {
        case TcpOption.Sack(List<TcpOption.Block> blocks) -> {
          List<TcpOption.Block> mapped = new ArrayList<>();
          for (TcpOption.Block block : blocks) {
            mapped.add(
                new TcpOption.Block(
                    block.left() - offset & 0xffff_ffffL, block.right() - offset & 0xffff_ffffL));
          }
          all.add(new TcpOption.Sack(mapped));
        }
        case TcpOption.Timestamps(long value, long echo) ->
            all.add(
                new TcpOption.Timestamps(flow.scriptTimestamp((int) value) & 0xffff_ffffL, echo));
        default -> all.add(each);
      }
    }
    return all;
  }

  static String optionText(List<TcpOption> options) {
    List<String> texts = new ArrayList<>();
    for (TcpOption each : options) {
      texts.add(OptionCodec.text(each));
    }
    return String.join(",", texts);
  }

  static String flagText(int flags) {
    StringBuilder text = new StringBuilder();
    String letters = "FSRP.UEWA";
    for (int i = 0; i < letters.length(); i++) {
      if ((flags >> i & 1) != 0 && i != 4) {
        text.append(letters.charAt(i));
      }
    }
    if ((flags & TcpHeader.ACK) != 0) {
      text.append('.');
    }
    return text.isEmpty() ? "-" : text.toString();
  }
}

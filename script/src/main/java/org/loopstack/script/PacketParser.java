// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.TcpHeader;

/** Parses a packet. */
final class PacketParser {
  private static final long U32 = 0xffff_ffffL;

  private final TokenReader in;

  PacketParser(TokenReader in) {
    this.in = in;
  }

  PacketSpec packet() {
    boolean inbound = in.skip("<");
    if (!inbound) {
      in.expect(">");
    }
    // Older scripts quote before they say what: < [1:1001(1000)] icmp unreachable.
    boolean quotesFirst = in.peek().isSymbol("[") && in.peek(1).is(Token.Kind.INTEGER);
    PacketSpec.Quoted quotedFirst = quotesFirst ? quoted() : null;
    PacketSpec.IpMarks ip = marks(inbound);
    if (in.skipWord("icmp")) {
      return icmp(inbound, ip, quotedFirst);
    }
    if (quotesFirst) {
      throw in.error("only an ICMP message quotes a packet");
    }
    if (in.skipWord("udp")) {
      PacketSpec.Ports ports = ports();
      in.expect("(");
      int length = (int) in.number("a payload's size", 0, 65_507);
      in.expect(")");
      return new PacketSpec.UdpPacket(inbound, ip, ports, length);
    }
    for (String encapsulation : List.of("ipv4", "ipv6", "gre", "GREv0", "mpls", "psp", "raw")) {
      if (in.peek().isWord(encapsulation)) {
        throw ScriptException.unsupported(
            in.peek().position(), "encapsulation in " + encapsulation + " is not supported");
      }
    }
    return tcp(inbound, ip);
  }

  private PacketSpec.IpMarks marks(boolean inbound) {
    boolean round = in.peek().isSymbol("(");
    if (!round && !in.peek().isSymbol("[")) {
      return PacketSpec.IpMarks.ANY;
    }
    in.take();
    PacketSpec.TosCheck check = PacketSpec.TosCheck.NONE;
    int tos = 0;
    int ttl = 0;
    int label = 0;
    do {
      String word = in.word("a mark such as ect0, tos or ttl");
      switch (word) {
        case "tos" -> {
          check = PacketSpec.TosCheck.TOS;
          tos = (int) in.number("the TOS", 0, 255);
        }
        case "ttl" -> ttl = (int) in.number("the TTL", 0, 255);
        case "flowlabel" -> label = (int) in.number("the flow label", 0, 0xfffff);
        case "ect01" -> check = PacketSpec.TosCheck.ECT01;
        default -> {
          check = PacketSpec.TosCheck.ECN;
          tos = List.of("noecn", "ect1", "ect0", "ce").indexOf(word);
        }
      }
      if (tos < 0) {
        throw in.error("there is no such mark: " + word);
      }
    } while (in.skip(","));
    in.expect(round ? ")" : "]");
    if (inbound && check == PacketSpec.TosCheck.ECT01) {
      throw in.error("[ect01] is for outbound packets only");
    }
    return new PacketSpec.IpMarks(check, tos, ttl, label);
  }

  private PacketSpec.@Nullable Ports ports() {
    if (!in.peek().is(Token.Kind.INTEGER) || !in.peek(1).isSymbol(">")) {
      return null;
    }
    int source = (int) in.number("a port", 0, 65_535);
    in.expect(">");
    return new PacketSpec.Ports(source, (int) in.number("a port", 0, 65_535));
  }

  private PacketSpec icmp(
      boolean inbound, PacketSpec.IpMarks ip, PacketSpec.@Nullable Quoted quotedFirst) {
    String type = in.word("an ICMP type");
    String code = null;
    if (in.peek().is(Token.Kind.WORD) && !in.peek().isWord("mtu") && !in.peek().isWord("id")) {
      code = in.take().text();
    }
    long mtu = in.skipWord("mtu") ? in.number("the MTU", 0, U32) : -1;
    int identifier = in.skipWord("id") ? (int) in.number("the identifier", 0, 65_535) : 0;
    PacketSpec.Quoted quoted = quotedFirst == null ? quoted() : quotedFirst;
    return new PacketSpec.IcmpPacket(inbound, ip, type, code, mtu, identifier, quoted);
  }

  private PacketSpec.@Nullable Quoted quoted() {
    if (!in.skip("[")) {
      return null;
    }
    PacketSpec.Quoted quoted;
    if (in.skipWord("udp")) {
      in.expect("(");
      quoted = new PacketSpec.Quoted(true, 0, (int) in.number("a size", 0, 65_507));
      in.expect(")");
    } else {
      long[] range = sequence();
      quoted = new PacketSpec.Quoted(false, range[0], (int) range[1]);
    }
    in.expect("]");
    return quoted;
  }

  private PacketSpec tcp(boolean inbound, PacketSpec.IpMarks ip) {
    PacketSpec.Ports ports = ports();
    int flags = flags();
    long[] range = sequence();
    long acknowledgment = in.skipWord("ack") ? in.number("the acknowledgment", 0, U32) : 0;
    int window = in.skipWord("win") ? (int) in.number("the window", 0, 65_535) : -1;
    int urgent = in.skipWord("urg") ? (int) in.number("the urgent pointer", 0, 65_535) : 0;
    if (inbound && window < 0) {
      throw in.error("an inbound packet needs a window: win N");
    }
    List<TcpOption> options = List.of();
    if (in.skip("<")) {
      options = options();
      if (inbound && options == null) {
        throw in.error("<...> is for outbound packets only");
      }
    }
    if (in.peek().isSymbol("{")) {
      throw ScriptException.unsupported(in.peek().position(), "mutated packets are not supported");
    }
    return new PacketSpec.TcpPacket(
        inbound,
        ip,
        ports,
        flags,
        range[0],
        (int) range[1],
        acknowledgment,
        window,
        urgent,
        options);
  }

  private int flags() {
    if (in.skip("-")) {
      return 0;
    }
    int flags = 0;
    boolean any = false;
    if (in.peek().is(Token.Kind.WORD)) {
      String letters = in.take().text();
      any = true;
      for (int i = 0; i < letters.length(); i++) {
        flags |= flag(letters.charAt(i));
      }
    }
    if (in.skip(".")) {
      flags |= TcpHeader.ACK;
    } else if (in.peek().is(Token.Kind.FLOAT)) {
      // As in ".5": an acknowledgment with the counter of accurate ECN.
      flags |= TcpHeader.ACK | flag(in.take().text().charAt(1));
    } else if (!any) {
      throw in.error("expected TCP flags and found " + in.peek());
    }
    return flags;
  }

  private int flag(char c) {
    return switch (c) {
      case 'F' -> TcpHeader.FIN;
      case 'S' -> TcpHeader.SYN;
      case 'R' -> TcpHeader.RST;
      case 'P' -> TcpHeader.PSH;
      case 'U' -> TcpHeader.URG;
      case 'E' -> TcpHeader.ECE;
      case 'W' -> TcpHeader.CWR;
      case 'A' -> TcpHeader.AE;
      case '0', '1', '2', '3', '4', '5', '6', '7' -> (c - '0') * TcpHeader.ECE;
      default -> throw in.error("there is no TCP flag " + c);
    };
  }

  /** Start and length. */
  private long[] sequence() {
    long start = in.number("a sequence number", 0, U32);
    in.expect(":");
    long end = in.number("a sequence number", 0, U32);
    in.expect("(");
    long length = in.number("a payload's size", 0, 65_535);
    in.expect(")");
    if (end != (start + length & U32)) {
      throw in.error(start + ":" + end + " is not " + length + " bytes");
    }
    return new long[] {start, length};
  }

  private @Nullable List<TcpOption> options() {
    if (in.peek().is(Token.Kind.ELLIPSIS)) {
      in.take();
      in.expect(">");
      return null;
    }
    List<TcpOption> all = new ArrayList<>();
    do {
      all.add(option());
    } while (in.skip(","));
    in.expect(">");
    return List.copyOf(all);
  }

  private TcpOption option() {
    String kind = in.word("a TCP option");
    return switch (kind) {
      case "nop" -> new TcpOption.Nop();
      case "eol" -> new TcpOption.End();
      case "mss" -> new TcpOption.Mss((int) in.number("the MSS", 0, 65_535));
      case "wscale" -> new TcpOption.WindowScale((int) in.number("the window scale", 0, 255));
      case "sackOK" -> new TcpOption.SackPermitted();
      case "sack" -> sack();
      case "TS" -> {
        in.expectWord("val");
        long value = in.number("the timestamp", 0, U32);
        in.expectWord("ecr");
        yield new TcpOption.Timestamps(value, in.number("the timestamp echo", 0, U32));
      }
      case "FO" -> new TcpOption.FastOpen(hexadecimal(), false);
      case "FOEXP" -> new TcpOption.FastOpen(hexadecimal(), true);
      case "raw" -> new TcpOption.Raw(hexadecimal());
      case "md5" -> new TcpOption.Other(19, hexadecimal());
      default -> throw in.error("there is no TCP option " + kind);
    };
  }

  private TcpOption sack() {
    List<TcpOption.Block> blocks = new ArrayList<>();
    while (in.peek().is(Token.Kind.INTEGER)) {
      long left = in.number("an edge", 0, U32);
      in.expect(":");
      blocks.add(new TcpOption.Block(left, in.number("an edge", 0, U32)));
    }
    return new TcpOption.Sack(List.copyOf(blocks));
  }

  private String hexadecimal() {
    if (!in.peek().is(Token.Kind.WORD) && !in.peek().is(Token.Kind.INTEGER)) {
      return "";
    }
    Token token = in.take();
    if (token.text().startsWith("TFO_COOKIE")) {
      throw ScriptException.unsupported(
          token.position(),
          token.text() + " is not defined; -D " + token.text() + "=HEX does that");
    }
    if (!token.text().matches("([0-9a-fA-F]{2})+")) {
      throw ScriptException.failed(
          token.position(), "not an even number of hexadecimal digits: " + token.text());
    }
    return token.text();
  }
}

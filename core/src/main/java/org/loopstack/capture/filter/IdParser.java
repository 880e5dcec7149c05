// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.List;
import java.util.function.Function;
import org.loopstack.capture.filter.Qualifiers.IdKind;
import org.loopstack.wire.IpAddress;

/** Reads what the keywords are about: an address, a prefix, a port, a protocol. */
final class IdParser {
  private final Tokens tokens;
  private final Function<String, List<IpAddress>> names;

  IdParser(Tokens tokens, Function<String, List<IpAddress>> names) {
    this.tokens = tokens;
    this.names = names;
  }

  /** Whether it may be one. */
  boolean isId(Token token) {
    return token.isNumber()
        || token.isDotted()
        || token.isIpv6()
        || token.isWord() && !Vocabulary.isKeyword(token.text());
  }

  /** One, or several in brackets: {@code port (80 or 443)}. */
  Condition id(Qualifiers q) {
    if (tokens.take("not", "!")) {
      return new Condition.Not(id(q));
    }
    if (!tokens.take("(")) {
      return single(q);
    }
    Condition all = id(q);
    while (!tokens.take(")")) {
      if (tokens.take("and", "&&")) {
        all = all.and(id(q));
      } else if (tokens.take("or", "||")) {
        all = all.or(id(q));
      } else {
        throw tokens.fail("expected \"and\", \"or\" or \")\"");
      }
    }
    return all;
  }

  private Condition single(Qualifiers q) {
    Token token = tokens.peek();
    // Behind "proto" a protocol's name is meant, not what it means alone.
    boolean good = isId(token) || q.type() == IdKind.PROTOCOL && token.isWord();
    if (!good) {
      throw tokens.fail("expected " + expected(q.type()));
    }
    tokens.take();
    return switch (q.type()) {
      case HOST -> host(q, token);
      case NET -> net(q, token);
      case PORT -> port(q, token);
      case PORT_RANGE -> portRange(q, token);
      case PROTOCOL -> protocol(q, token);
    };
  }

  private static String expected(IdKind type) {
    return switch (type) {
      case HOST -> "the address or the name of a host";
      case NET -> "a net, as 10.0.0.0/8, 192.168.1 or fe80::/10";
      case PORT -> "the number or the name of a port";
      case PORT_RANGE -> "two ports, as 6000-6008";
      case PROTOCOL -> "the number or the name of a protocol";
    };
  }

  private Condition host(Qualifiers q, Token token) {
    if (tokens.peek().is("/") || tokens.peek().is("mask")) {
      throw tokens.fail(token, "a prefix is a net, not a host");
    }
    if (token.isNumber()) {
      throw tokens.fail(token, "a number is not a host; a port?");
    }
    Condition any = null;
    for (IpAddress address : addresses(token)) {
      if (fits(q, address)) {
        Condition one = Primitives.address(q, address, address.isIpv4() ? 32 : 128);
        any = any == null ? one : any.or(one);
      }
    }
    if (any == null) {
      throw tokens.fail(token, "has no address of " + q.protocol());
    }
    return any;
  }

  private List<IpAddress> addresses(Token token) {
    if (token.isDotted() || token.isIpv6()) {
      return List.of(address(token));
    }
    List<IpAddress> found = names.apply(token.text());
    if (found.isEmpty()) {
      throw tokens.fail(token, "there is no host of that name");
    }
    return found;
  }

  private IpAddress address(Token token) {
    try {
      return IpAddress.parse(token.text());
    } catch (IllegalArgumentException e) {
      throw tokens.fail(token, "not an address");
    }
  }

  private static boolean fits(Qualifiers q, IpAddress address) {
    return q.protocol().isEmpty() || q.protocol().equals("ip") == address.isIpv4();
  }

  private Condition net(Qualifiers q, Token token) {
    if (token.isIpv6()) {
      return net6(q, token);
    }
    if (!token.isDotted() && !token.isNumber()) {
      throw tokens.fail(token, "expected " + expected(IdKind.NET));
    }
    if (q.protocol().equals("ip6")) {
      throw tokens.fail(token, "not a net of ip6");
    }
    int bits = dotted(token);
    int length = 8 * token.text().split("\\.", -1).length;
    int mask = prefixMask(length);
    if (tokens.take("/")) {
      mask = prefixMask(prefixLength(32));
    } else if (tokens.take("mask")) {
      Token given = tokens.take();
      if (!given.isDotted()) {
        throw tokens.fail(given, "expected a mask, as 255.255.0.0");
      }
      mask = dotted(given);
    }
    if ((bits & ~mask) != 0) {
      throw tokens.fail(token, "has bits behind the end of the net");
    }
    return Primitives.masked(q, bits, mask);
  }

  private Condition net6(Qualifiers q, Token token) {
    IpAddress address = address(token);
    int length = tokens.take("/") ? prefixLength(128) : 128;
    if (!fits(q, address)) {
      throw tokens.fail(token, "not a net of " + q.protocol());
    }
    long high = length >= 64 ? -1 : length == 0 ? 0 : -1L << 64 - length;
    long low = length <= 64 ? 0 : -1L << 128 - length;
    if ((address.high() & ~high) != 0 || (address.low() & ~low) != 0) {
      throw tokens.fail(token, "has bits behind the end of the net");
    }
    return Primitives.address(q, address, length);
  }

  private int prefixLength(int most) {
    Token token = tokens.take();
    int length = token.isNumber() ? tokens.number(token) : -1;
    if (length < 0 || length > most) {
      throw tokens.fail(token, "expected the length of a prefix, 0 to " + most);
    }
    return length;
  }

  private static int prefixMask(int length) {
    return length == 0 ? 0 : -1 << 32 - length;
  }

  /** The first one to four bytes of an address. */
  private int dotted(Token token) {
    int bits = 0;
    int shift = 24;
    for (String part : token.text().split("\\.", -1)) {
      int value = part.length() > 3 ? 256 : Integer.parseInt(part);
      if (value > 255) {
        throw tokens.fail(token, "not an address");
      }
      bits |= value << shift;
      shift -= 8;
    }
    return bits;
  }

  private Condition port(Qualifiers q, Token token) {
    int port = portNumber(token, token.text());
    return Primitives.ports(q, port, port);
  }

  private Condition portRange(Qualifiers q, Token token) {
    String[] ends = token.text().split("-", 2);
    int from = portNumber(token, ends[0]);
    int to = ends.length == 1 ? from : portNumber(token, ends[1]);
    return Primitives.ports(q, Math.min(from, to), Math.max(from, to));
  }

  private int portNumber(Token token, String text) {
    Token part = new Token(text, token.position());
    Integer named = Vocabulary.PORTS.get(text);
    if (named != null) {
      return named;
    }
    if (!part.isNumber()) {
      throw tokens.fail(token, "not the number or the name of a port");
    }
    int port = tokens.number(part);
    if (port < 0 || port > 65_535) {
      throw tokens.fail(token, "a port is 0 to 65535");
    }
    return port;
  }

  private Condition protocol(Qualifiers q, Token token) {
    String text = token.text().replace("\\", "");
    Integer named = Vocabulary.PROTOCOLS.get(text);
    if (named == null && !token.isNumber()) {
      throw tokens.fail(token, "not the number or the name of a protocol over IP");
    }
    int number = named == null ? tokens.number(token) : named;
    if (number < 0 || number > 255) {
      throw tokens.fail(token, "a protocol is 0 to 255");
    }
    return switch (q.protocol()) {
      case "ip" -> Primitives.protocol4(number);
      case "ip6" -> Primitives.protocol6(number);
      default -> Primitives.protocol(number);
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.loopstack.capture.filter.Condition.Comparison;
import org.loopstack.capture.filter.Qualifiers.End;
import org.loopstack.capture.filter.Qualifiers.IdKind;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;

/**
 * Reads a filter. "Negation has the highest precedence. Alternation and concatenation have equal
 * precedence and associate left to right"; and "if an identifier is given without a keyword, the
 * most recent keyword is assumed" (pcap-filter(7)).
 */
final class FilterParser {
  private static final int MAX_DEPTH = 200;

  /** What was read, and the keywords that an identifier behind it would mean. */
  private record Term(Condition condition, @Nullable Qualifiers qualifiers) {}

  private final Tokens tokens;
  private final IdParser ids;
  private int depth;

  FilterParser(String filter, Function<String, List<IpAddress>> names) {
    this.tokens = new Tokens(filter);
    this.ids = new IdParser(tokens, names);
  }

  Condition parse() {
    if (tokens.peek().isEnd()) {
      return Primitives.ALWAYS;
    }
    Condition all = expression().condition;
    if (!tokens.peek().isEnd()) {
      throw tokens.fail("expected \"and\" or \"or\" before this");
    }
    return all;
  }

  private Term expression() {
    Term left = term();
    while (true) {
      if (tokens.take("and", "&&")) {
        Term right = operand(left.qualifiers);
        left = new Term(left.condition.and(right.condition), right.qualifiers);
      } else if (tokens.take("or", "||")) {
        Term right = operand(left.qualifiers);
        left = new Term(left.condition.or(right.condition), right.qualifiers);
      } else {
        return left;
      }
    }
  }

  /** A term, or an identifier for which the keywords before it count again. */
  private Term operand(@Nullable Qualifiers before) {
    int ahead = 0;
    while (isNot(tokens.peek(ahead)) || tokens.peek(ahead).is("(")) {
      ahead++;
    }
    Token id = tokens.peek(ahead);
    boolean arithmetic = id.isNumber() && ArithmeticParser.isSign(tokens.peek(ahead + 1));
    if (!ids.isId(id) || arithmetic) {
      boolean bracket = tokens.peek(ahead == 0 ? 0 : ahead - 1).is("(");
      Term term = term();
      // Behind a bracket the keywords before it are in sight again.
      return bracket ? new Term(term.condition, before) : term;
    }
    if (before == null) {
      throw tokens.fail(id, "is that a host, a net or a port?");
    }
    return new Term(ids.id(before), before);
  }

  private static boolean isNot(Token token) {
    return token.is("not") || token.is("!");
  }

  private Term term() {
    if (++depth > MAX_DEPTH) {
      throw tokens.fail("brackets in more than " + MAX_DEPTH + " brackets");
    }
    Term term = unchecked();
    depth--;
    return term;
  }

  private Term unchecked() {
    if (tokens.take("not", "!")) {
      Term term = term();
      return new Term(new Condition.Not(term.condition), term.qualifiers);
    }
    Token next = tokens.peek();
    if (next.is("(")) {
      return bracket();
    }
    if (isArithmetic(next)) {
      return new Term(new ArithmeticParser(tokens).relation(), null);
    }
    Condition simple = simple(next);
    return simple != null ? new Term(simple, null) : qualified();
  }

  private boolean isArithmetic(Token next) {
    return next.isNumber()
        || next.is("-")
        || next.is("len")
        || next.is("length")
        || Vocabulary.CONSTANTS.containsKey(next.text())
        || Vocabulary.isProtocol(next.text()) && tokens.peek(1).is("[");
  }

  /** A bracket may be around a value or around a condition; which is seen only inside. */
  private Term bracket() {
    int mark = tokens.mark();
    int depthBefore = depth;
    FilterException asValue;
    try {
      return new Term(new ArithmeticParser(tokens).relation(), null);
    } catch (FilterException e) {
      asValue = e;
    }
    tokens.back(mark);
    try {
      tokens.expect("(");
      Term inside = expression();
      tokens.expect(")");
      return new Term(inside.condition, null);
    } catch (FilterException asCondition) {
      depth = depthBefore;
      throw asValue.position() > asCondition.position() ? asValue : asCondition;
    }
  }

  private @Nullable Condition simple(Token next) {
    return switch (next.text()) {
      case "less", "greater" -> {
        tokens.take();
        Token number = tokens.take();
        if (!number.isNumber()) {
          throw tokens.fail(number, "expected a number of bytes");
        }
        yield Primitives.relation(
            next.is("less") ? Comparison.AT_MOST : Comparison.AT_LEAST,
            new Value.Length(),
            tokens.number(number));
      }
      case "inbound" -> {
        tokens.take();
        yield new Condition.Way(LinkTap.Direction.IN);
      }
      case "outbound" -> {
        tokens.take();
        yield new Condition.Way(LinkTap.Direction.OUT);
      }
      default -> null;
    };
  }

  /** A protocol alone, or keywords and what they are about. */
  private Term qualified() {
    Token first = tokens.peek();
    String protocol = Vocabulary.isProtocol(first.text()) ? tokens.take().text() : "";
    if ((protocol.equals("ip") || protocol.equals("ip6")) && tokens.take("multicast")) {
      return new Term(Primitives.multicast(protocol), null);
    }
    End end = end();
    IdKind type = type();
    if (end == null && type == null) {
      if (protocol.isEmpty()) {
        throw unknown(first);
      }
      return new Term(Primitives.abbreviation(protocol), null);
    }
    Qualifiers qualifiers =
        new Qualifiers(protocol, end == null ? End.EITHER : end, type == null ? IdKind.HOST : type);
    check(qualifiers, end, first);
    return new Term(ids.id(qualifiers), qualifiers);
  }

  private @Nullable End end() {
    if (!tokens.peek().is("src") && !tokens.peek().is("dst")) {
      return null;
    }
    End end = tokens.take().is("src") ? End.SOURCE : End.DESTINATION;
    String other = end == End.SOURCE ? "dst" : "src";
    Token link = tokens.peek();
    if ((link.is("or") || link.is("and")) && tokens.peek(1).is(other)) {
      tokens.take();
      tokens.take();
      return link.is("or") ? End.EITHER : End.BOTH;
    }
    return end;
  }

  private @Nullable IdKind type() {
    IdKind type =
        switch (tokens.peek().text()) {
          case "host" -> IdKind.HOST;
          case "net" -> IdKind.NET;
          case "port" -> IdKind.PORT;
          case "portrange" -> IdKind.PORT_RANGE;
          case "proto" -> IdKind.PROTOCOL;
          default -> null;
        };
    if (type != null) {
      tokens.take();
    }
    return type;
  }

  /** Not every protocol has ports, and not every one addresses. */
  private void check(Qualifiers q, @Nullable End end, Token first) {
    boolean good =
        switch (q.type()) {
          case PORT, PORT_RANGE ->
              switch (q.protocol()) {
                case "", "tcp", "udp", "sctp" -> true;
                default -> false;
              };
          case HOST, NET, PROTOCOL ->
              switch (q.protocol()) {
                case "", "ip", "ip6" -> true;
                default -> false;
              };
        };
    String what = q.type().name().toLowerCase(Locale.ROOT).replace("_", "");
    if (!good) {
      throw tokens.fail(
          first, "with " + what + " it means nothing; \"and\" between the two may be missing");
    }
    if (q.type() == IdKind.PROTOCOL && end != null) {
      throw tokens.fail(first, "a protocol has no source and no destination");
    }
  }

  private FilterException unknown(Token token) {
    if (token.isEnd()) {
      return tokens.fail(token, "something is missing");
    }
    if (Vocabulary.ELSEWHERE.contains(token.text())) {
      return tokens.fail(token, "that word of pcap-filter is not understood here");
    }
    if (token.is("multicast")) {
      return tokens.fail(token, "say ip multicast or ip6 multicast");
    }
    if (token.isDotted() || token.isIpv6()) {
      return tokens.fail(token, "say host or net before it");
    }
    return tokens.fail(
        token,
        "not a word of the filter language: host, net, port, portrange, src, dst, proto, ip, ip6,"
            + " tcp, udp, icmp, icmp6, less, greater, len, inbound, outbound, and, or, not");
  }
}

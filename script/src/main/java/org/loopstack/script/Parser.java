// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses a script: options, then events, each a time and what happens. */
final class Parser {
  private final TokenReader in;
  private final Map<Position, String> lines = new HashMap<>();

  private Parser(List<Preprocessor.Line> source, List<Token> tokens) {
    in = new TokenReader(tokens);
    for (Preprocessor.Line each : source) {
      lines.put(each.position(), each.text().strip());
    }
  }

  /**
   * Parses the lines.
   *
   * @param defines symbols and what they stand for
   */
  static Script parse(String name, List<Preprocessor.Line> source, Map<String, String> defines) {
    return new Parser(source, Lexer.tokens(source, defines)).script(name);
  }

  private Script script(String name) {
    List<Token> options = new ArrayList<>();
    List<Event> events = new ArrayList<>();
    while (!in.peek().is(Token.Kind.END)) {
      if (in.peek().is(Token.Kind.OPTION)) {
        options.add(in.take());
      } else {
        events.add(event());
      }
    }
    return new Script(name, List.copyOf(options), List.copyOf(events));
  }

  private Event event() {
    Position position = in.peek().position();
    String text = lines.getOrDefault(position, "");
    if (in.peek().is(Token.Kind.COMMAND)) {
      return new Event.CommandEvent(EventTime.NOW, position, text, in.take().text());
    }
    EventTime time = time();
    Token next = in.peek();
    Event event =
        switch (next.kind()) {
          case COMMAND -> new Event.CommandEvent(time, position, text, in.take().text());
          case CODE -> new Event.CodeEvent(time, position, text, in.take().text());
          case WORD -> call(time, position, text, null);
          case ELLIPSIS -> {
            in.take();
            yield call(time, position, text, nanos());
          }
          default -> new Event.PacketEvent(time, position, text, new PacketParser(in).packet());
        };
    boolean outbound = event instanceof Event.PacketEvent packet && !packet.packet().isInbound();
    if (!outbound && (time.isRange() || time.kind() == EventTime.Kind.ANY)) {
      throw ScriptException.failed(
          position, "only an outbound packet can have a range or a star for its time");
    }
    return event;
  }

  private EventTime time() {
    if (in.skip("*")) {
      return new EventTime(EventTime.Kind.ANY, 0, Long.MAX_VALUE);
    }
    boolean relative = in.skip("+");
    long from = nanos();
    if (!in.skip("~")) {
      return new EventTime(
          relative ? EventTime.Kind.RELATIVE : EventTime.Kind.ABSOLUTE, from, from);
    }
    if (relative) {
      in.expect("+");
    }
    long to = nanos();
    if (to < from) {
      throw in.error("the time range runs backwards");
    }
    return new EventTime(
        relative ? EventTime.Kind.RELATIVE_RANGE : EventTime.Kind.ABSOLUTE_RANGE, from, to);
  }

  private long nanos() {
    Token token = in.peek();
    if (!token.is(Token.Kind.FLOAT) && !token.is(Token.Kind.INTEGER)) {
      throw in.error("expected a time and found " + token);
    }
    in.take();
    BigDecimal seconds = new BigDecimal(token.text());
    if (seconds.signum() < 0) {
      throw ScriptException.failed(token.position(), "a time is not negative: " + token.text());
    }
    return seconds.movePointRight(9).longValue();
  }

  private Event.CallEvent call(EventTime time, Position position, String text, @Nullable Long end) {
    String name = in.word("a system call");
    ExpressionParser expressions = new ExpressionParser(in);
    in.expect("(");
    List<Expression> arguments = expressions.list(")");
    in.expect("=");
    Expression result = expressions.expression();
    String errno = null;
    if (in.peek().is(Token.Kind.WORD)) {
      errno = in.take().text();
    }
    note();
    return new Event.CallEvent(
        time, position, text, new CallSpec(name, arguments, result, errno), end);
  }

  /** As {@code (Operation now in progress)}: for people. */
  private void note() {
    if (!in.skip("(")) {
      return;
    }
    while (!in.skip(")")) {
      if (in.peek().is(Token.Kind.END)) {
        throw in.error("a note is not closed");
      }
      in.take();
    }
  }
}

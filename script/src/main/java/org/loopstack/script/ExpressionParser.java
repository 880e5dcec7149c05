// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;

/** Parses the arguments and results of system calls. */
final class ExpressionParser {
  private final TokenReader in;

  ExpressionParser(TokenReader in) {
    this.in = in;
  }

  /** Expressions up to the closing symbol, which is taken; the opening one was. */
  List<Expression> list(String closing) {
    List<Expression> all = new ArrayList<>();
    if (in.skip(closing)) {
      return all;
    }
    do {
      all.add(expression());
    } while (in.skip(","));
    in.expect(closing);
    return List.copyOf(all);
  }

  Expression expression() {
    Expression left = primary();
    while (in.skip("|")) {
      left = new Expression.Or(left, primary());
    }
    return left;
  }

  private Expression primary() {
    Token token = in.peek();
    return switch (token.kind()) {
      case INTEGER, HEX ->
          new Expression.Number(in.number("a number", Long.MIN_VALUE, Long.MAX_VALUE));
      case ELLIPSIS -> {
        in.take();
        yield new Expression.Anything();
      }
      case STRING -> text();
      case WORD -> {
        in.take();
        yield in.skip("(")
            ? new Expression.Call(token.text(), list(")"))
            : new Expression.Name(token.text());
      }
      default -> bracketed(token);
    };
  }

  private Expression bracketed(Token token) {
    if (in.skip("[")) {
      return new Expression.Array(list("]"));
    }
    if (in.skip("{")) {
      return struct();
    }
    throw in.error("expected a value and found " + token);
  }

  /** Strings that stand side by side are one. */
  private Expression text() {
    StringBuilder text = new StringBuilder();
    while (in.peek().is(Token.Kind.STRING)) {
      text.append(in.take().text());
    }
    if (in.peek().is(Token.Kind.ELLIPSIS)) {
      in.take();
    }
    return new Expression.Text(text.toString());
  }

  /** Fields with names, such as {@code msg_iov(1)=[...]}, or without. */
  private Expression struct() {
    List<Expression.Field> fields = new ArrayList<>();
    do {
      Token first = in.peek();
      Expression value = expression();
      if (in.skip("=")) {
        fields.add(new Expression.Field(first.text(), expression()));
      } else {
        fields.add(new Expression.Field(null, value));
      }
    } while (in.skip(","));
    in.expect("}");
    return new Expression.Struct(List.copyOf(fields));
  }
}

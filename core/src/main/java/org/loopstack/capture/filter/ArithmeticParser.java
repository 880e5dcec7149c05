// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.loopstack.capture.filter.Condition.Comparison;
import org.loopstack.capture.filter.Value.Operator;

/** Reads a comparison, as {@code tcp[tcpflags] & tcp-syn != 0}. */
final class ArithmeticParser {
  private static final Map<String, Comparison> COMPARISONS =
      Map.of(
          "=", Comparison.EQUAL,
          "==", Comparison.EQUAL,
          "!=", Comparison.NOT_EQUAL,
          "<", Comparison.LESS,
          "<=", Comparison.AT_MOST,
          ">", Comparison.GREATER,
          ">=", Comparison.AT_LEAST);

  private static final Map<String, Operator> OPERATORS =
      Map.of(
          "|", Operator.OR,
          "&", Operator.AND,
          "^", Operator.XOR,
          "<<", Operator.SHIFT_LEFT,
          ">>", Operator.SHIFT_RIGHT,
          "+", Operator.PLUS,
          "-", Operator.MINUS,
          "*", Operator.TIMES,
          "/", Operator.DIVIDE,
          "%", Operator.MODULO);

  /** How deep brackets may be: more needs a stack that a filter has no right to. */
  private static final int MAX_DEPTH = 100;

  private final Tokens tokens;
  private final List<Condition> guards = new ArrayList<>();
  private int depth;

  ArithmeticParser(Tokens tokens) {
    this.tokens = tokens;
  }

  /** Whether this begins or goes on with arithmetic. */
  static boolean isSign(Token token) {
    return COMPARISONS.containsKey(token.text()) || OPERATORS.containsKey(token.text());
  }

  /** Two values and how they compare. */
  Condition relation() {
    Value left = value(0);
    Comparison comparison = COMPARISONS.get(tokens.peek().text());
    if (comparison == null) {
      throw tokens.fail("expected a comparison: = != < <= > >=");
    }
    tokens.take();
    Condition relation = new Condition.Relation(comparison, left, value(0));
    for (Condition guard : guards.reversed()) {
      relation = guard.and(relation);
    }
    return relation;
  }

  /**
   * What binds at least so tightly. "%" and "^" have no rank in libpcap's grammar: they take what
   * is left of them at once, and all that follows.
   */
  private Value value(int rank) {
    Value left = single();
    while (true) {
      Operator operator = OPERATORS.get(tokens.peek().text());
      if (operator == null || hasRank(operator) && rank(operator) < rank) {
        return left;
      }
      Token sign = tokens.take();
      int guarded = guards.size();
      Value right = value(hasRank(operator) ? rank(operator) + 1 : 0);
      // As libpcap has it: what the right side wants to be sure of is forgotten.
      guards.subList(guarded, guards.size()).clear();
      if (right instanceof Value.Constant(int number)) {
        check(operator, number, sign);
      }
      left = new Value.Operation(operator, left, right);
    }
  }

  private void check(Operator operator, int right, Token sign) {
    switch (operator) {
      case DIVIDE, MODULO -> {
        if (right == 0) {
          throw tokens.fail(sign, "division by zero");
        }
      }
      case SHIFT_LEFT, SHIFT_RIGHT -> {
        if (right < 0 || right > 31) {
          throw tokens.fail(sign, "a shift is 0 to 31 bits");
        }
      }
      default -> {}
    }
  }

  private static boolean hasRank(Operator operator) {
    return operator != Operator.MODULO && operator != Operator.XOR;
  }

  private static int rank(Operator operator) {
    return switch (operator) {
      case OR, AND, XOR -> 1;
      case SHIFT_LEFT, SHIFT_RIGHT -> 2;
      case PLUS, MINUS -> 3;
      case TIMES, DIVIDE, MODULO -> 4;
    };
  }

  private Value single() {
    if (++depth > MAX_DEPTH) {
      throw tokens.fail("brackets in more than " + MAX_DEPTH + " brackets");
    }
    Value value = unchecked();
    depth--;
    return value;
  }

  private Value unchecked() {
    Token next = tokens.peek();
    Integer constant = Vocabulary.CONSTANTS.get(next.text());
    if (next.isNumber()) {
      return new Value.Constant(tokens.number(tokens.take()));
    }
    if (constant != null) {
      tokens.take();
      return new Value.Constant(constant);
    }
    if (tokens.take("len", "length")) {
      return new Value.Length();
    }
    if (tokens.take("-")) {
      return new Value.Operation(Operator.MINUS, new Value.Constant(0), single());
    }
    if (tokens.take("(")) {
      Value inside = value(0);
      tokens.expect(")");
      return inside;
    }
    if (Vocabulary.isProtocol(next.text())) {
      return load(tokens.take().text());
    }
    throw tokens.fail("expected a number, len, or bytes as in tcp[0:2]");
  }

  /** Behind the protocol's name: {@code [offset]} or {@code [offset:size]}. */
  private Value load(String protocol) {
    tokens.expect("[");
    Value index = value(0);
    int size = 1;
    if (tokens.take(":")) {
      Token token = tokens.take();
      size = token.isNumber() ? tokens.number(token) : 0;
      if (size != 1 && size != 2 && size != 4) {
        throw tokens.fail(token, "1, 2 or 4 bytes can be looked at");
      }
    }
    tokens.expect("]");
    guards.add(Primitives.guard(protocol));
    return new Value.Load(Primitives.base(protocol), index, size);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs what stands between {@code %{} and {@code }%}: the part of Python that scripts use, which is
 * assertions with a message, assignments, {@code print}, comparisons that may be chained, {@code
 * and}, {@code or}, {@code not}, bit and integer arithmetic, and a few functions.
 */
final class Snippet {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(0x[0-9a-fA-F]+|\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)|([A-Za-z_]\\w*)"
              + "|('(?:\\\\.|[^'\\\\])*'|\"(?:\\\\.|[^\"\\\\])*\")"
              + "|(\\*\\*|//|<<|>>|<=|>=|==|!=|[-+*/%()<>&|^~,=]))");

  private final Map<String, Object> variables;
  private final Position position;
  private List<String> tokens = List.of();
  private int at;

  private Snippet(Map<String, Object> variables, Position position) {
    this.variables = variables;
    this.position = position;
  }

  /**
   * Runs the code.
   *
   * @param variables what names mean; assignments add to it
   */
  static void run(String code, Map<String, Object> variables, Position position) {
    Snippet snippet = new Snippet(variables, position);
    String joined = code.replace("\\\n", " ");
    for (String line : joined.split("[\\n;]", -1)) {
      String statement = withoutComment(line).strip();
      if (!statement.isEmpty()) {
        snippet.statement(statement);
      }
    }
  }

  private static String withoutComment(String line) {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote == 0 && c == '#') {
        return line.substring(0, i);
      }
      if (c == '"' || c == '\'') {
        quote = quote == 0 ? c : quote == c ? 0 : quote;
      }
    }
    return line;
  }

  private void statement(String text) {
    tokens = tokens(text);
    at = 0;
    if (skip("assert")) {
      assertion(text);
    } else if (skip("print") || skip("pass") || skip("import")) {
      // For people; nothing to check.
      return;
    } else if (tokens.size() > 3 && isAugmented()) {
      String name = tokens.get(0);
      String operator = tokens.get(1);
      tokens = new ArrayList<>(tokens);
      // As Python has it, "x += y" is "x = x + (y)".
      tokens.subList(0, 3).clear();
      tokens.addAll(0, List.of(name, operator, "("));
      tokens.add(")");
      variables.put(name, or());
    } else if (tokens.size() > 2 && tokens.get(1).equals("=")) {
      String name = tokens.get(0);
      at = 2;
      variables.put(name, or());
    } else {
      throw unsupported(text);
    }
    if (at != tokens.size()) {
      throw unsupported(text);
    }
  }

  private boolean isAugmented() {
    return List.of("+", "-", "*", "/", "//", "|", "&").contains(tokens.get(1))
        && tokens.get(2).equals("=");
  }

  private void assertion(String text) {
    // Parentheses may hold condition and message, which Python would take for a tuple.
    Object condition = or();
    String message = skip(",") ? " (" + show(or()) + ")" : "";
    if (!isTrue(condition)) {
      throw ScriptException.failed(position, "not so: " + text + message);
    }
  }

  private static List<String> tokensOf(String text) {
    List<String> all = new ArrayList<>();
    Matcher m = TOKEN.matcher(text);
    int end = 0;
    while (m.find() && m.start() == end) {
      all.add(m.group().strip());
      end = m.end();
    }
    return text.substring(end).isBlank() ? all : List.of();
  }

  private List<String> tokens(String text) {
    List<String> all = tokensOf(text);
    if (all.isEmpty()) {
      throw unsupported(text);
    }
    return all;
  }

  private ScriptException unsupported(String text) {
    return ScriptException.unsupported(position, "only simple Python is understood: " + text);
  }

  private boolean skip(String token) {
    if (at < tokens.size() && tokens.get(at).equals(token)) {
      at++;
      return true;
    }
    return false;
  }

  private Object or() {
    Object left = and();
    while (skip("or")) {
      Object right = and();
      left = isTrue(left) ? left : right;
    }
    return left;
  }

  private Object and() {
    Object left = not();
    while (skip("and")) {
      Object right = not();
      left = isTrue(left) ? right : left;
    }
    return left;
  }

  private Object not() {
    return skip("not") ? truth(!isTrue(not())) : comparison();
  }

  private Object comparison() {
    Object left = bits();
    boolean any = false;
    boolean all = true;
    while (at < tokens.size()
        && List.of("<", ">", "<=", ">=", "==", "!=").contains(tokens.get(at))) {
      String operator = tokens.get(at++);
      Object right = bits();
      any = true;
      all &= compare(left, operator, right);
      left = right;
    }
    return any ? truth(all) : left;
  }

  private static boolean compare(Object left, String operator, Object right) {
    if (left instanceof String || right instanceof String) {
      boolean same = left.equals(right);
      return operator.equals("==") ? same : operator.equals("!=") && !same;
    }
    int order = Double.compare(number(left), number(right));
    return switch (operator) {
      case "<" -> order < 0;
      case ">" -> order > 0;
      case "<=" -> order <= 0;
      case ">=" -> order >= 0;
      case "==" -> order == 0;
      default -> order != 0;
    };
  }

  private Object bits() {
    Object left = shift();
    while (at < tokens.size()) {
      if (skip("|")) {
        left = integer(left, shift(), (a, b) -> a | b);
      } else if (skip("&")) {
        left = integer(left, shift(), (a, b) -> a & b);
      } else if (skip("^")) {
        left = integer(left, shift(), (a, b) -> a ^ b);
      } else {
        break;
      }
    }
    return left;
  }

  private Object shift() {
    Object left = sum();
    while (at < tokens.size()) {
      if (skip("<<")) {
        left = integer(left, sum(), (a, b) -> a << b);
      } else if (skip(">>")) {
        left = integer(left, sum(), (a, b) -> a >> b);
      } else {
        break;
      }
    }
    return left;
  }

  private Object sum() {
    Object left = product();
    while (at < tokens.size()) {
      if (skip("+")) {
        Object right = product();
        boolean text = left instanceof String;
        left = text ? show(left) + show(right) : plain(number(left) + number(right));
      } else if (skip("-")) {
        left = plain(number(left) - number(product()));
      } else {
        break;
      }
    }
    return left;
  }

  private Object product() {
    Object left = unary();
    while (at < tokens.size()) {
      if (skip("*")) {
        left = plain(number(left) * number(unary()));
      } else if (skip("//")) {
        left = plain(Math.floor(number(left) / number(unary())));
      } else if (skip("/")) {
        left = number(left) / number(unary());
      } else if (skip("%")) {
        Object right = unary();
        // On a string it is a format, which only people read.
        left =
            left instanceof String
                ? left + " " + show(right)
                : integer(left, right, Math::floorMod);
      } else {
        break;
      }
    }
    return left;
  }

  private Object unary() {
    if (skip("-")) {
      return plain(-number(unary()));
    }
    if (skip("~")) {
      return ~(long) number(unary());
    }
    return primary();
  }

  private Object primary() {
    if (at >= tokens.size()) {
      throw unsupported(String.join(" ", tokens));
    }
    String token = tokens.get(at++);
    if (token.equals("(")) {
      return parenthesis();
    }
    char c = token.charAt(0);
    if (c == '"' || c == '\'') {
      return token.substring(1, token.length() - 1);
    }
    if (Character.isDigit(c)) {
      return token.startsWith("0x") || token.matches("\\d+")
          ? Long.decode(token.matches("0\\d+") ? token.replaceFirst("^0+", "") : token)
          : plain(Double.parseDouble(token));
    }
    if (skip("(")) {
      return function(token, (List<?>) arguments());
    }
    Object value = variables.get(token);
    if (value == null) {
      throw ScriptException.unsupported(position, "nobody knows " + token + " here");
    }
    return value;
  }

  /** A value in parentheses, or a tuple, of which the first counts. */
  private Object parenthesis() {
    List<Object> values = arguments();
    if (values.isEmpty()) {
      throw unsupported("()");
    }
    return values.getFirst();
  }

  private List<Object> arguments() {
    List<Object> all = new ArrayList<>();
    if (skip(")")) {
      return all;
    }
    do {
      all.add(or());
    } while (skip(","));
    if (!skip(")")) {
      throw unsupported(String.join(" ", tokens));
    }
    return all;
  }

  private Object function(String name, List<?> arguments) {
    if (arguments.isEmpty()) {
      throw unsupported(name + "()");
    }
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (Object each : arguments) {
      least = each instanceof String ? least : Math.min(least, number(each));
      most = each instanceof String ? most : Math.max(most, number(each));
    }
    return switch (name) {
      case "abs" -> plain(Math.abs(least));
      case "min" -> plain(least);
      case "max" -> plain(most);
      case "int" -> (long) least;
      case "float" -> least;
      case "str" -> show(arguments.getFirst());
      default -> throw unsupported(name + "()");
    };
  }

  private static Object integer(Object left, Object right, LongBinaryOperator operator) {
    return operator.applyAsLong((long) number(left), (long) number(right));
  }

  private static double number(Object value) {
    return value instanceof Number n ? n.doubleValue() : 0;
  }

  private static Object plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15 ? (Object) (long) value : value;
  }

  private static Object truth(boolean value) {
    return value ? 1L : 0L;
  }

  private static boolean isTrue(Object value) {
    return value instanceof Number n ? n.doubleValue() != 0 : !value.toString().isEmpty();
  }

  private static String show(Object value) {
    return value.toString();
  }
}

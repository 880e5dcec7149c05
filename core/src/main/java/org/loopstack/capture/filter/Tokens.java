// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.List;

/** The words of a filter while they are read. */
final class Tokens {
  private final String filter;
  private final List<Token> all;
  private int at;

  Tokens(String filter) {
    this.filter = filter;
    this.all = Token.all(filter);
  }

  /** The next one, which stays. */
  Token peek() {
    return all.get(at);
  }

  /** One behind the next, or the end. */
  Token peek(int distance) {
    return all.get(Math.min(at + distance, all.size() - 1));
  }

  /** The next one, which is taken. */
  Token take() {
    Token next = peek();
    if (!next.isEnd()) {
      at++;
    }
    return next;
  }

  /** Takes the next one if it is one of these. */
  boolean take(String... words) {
    for (String word : words) {
      if (peek().is(word)) {
        at++;
        return true;
      }
    }
    return false;
  }

  void expect(String word) {
    if (!take(word)) {
      throw fail("expected \"" + word + '"');
    }
  }

  /** Where the reading is, to come back to. */
  int mark() {
    return at;
  }

  void back(int mark) {
    at = mark;
  }

  /** What is wrong at the next one. */
  FilterException fail(String problem) {
    return fail(peek(), problem);
  }

  FilterException fail(Token token, String problem) {
    return new FilterException(filter, token.position(), token.text(), problem);
  }

  /** The value of a number. */
  int number(Token token) {
    String text = token.text();
    try {
      boolean hexadecimal = text.startsWith("0x") || text.startsWith("0X");
      boolean octal = !hexadecimal && text.length() > 1 && text.startsWith("0");
      return hexadecimal
          ? Integer.parseUnsignedInt(text.substring(2), 16)
          : Integer.parseUnsignedInt(text, octal ? 8 : 10);
    } catch (NumberFormatException e) {
      throw fail(token, "no number of 32 bits");
    }
  }
}

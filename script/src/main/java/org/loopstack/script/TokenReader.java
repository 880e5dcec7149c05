// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;

/** Reads tokens one by one; what does not fit is an error with its place. */
final class TokenReader {
  private final List<Token> tokens;
  private int at;

  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  Token take() {
    Token token = tokens.get(at);
    if (!token.is(Token.Kind.END)) {
      at++;
    }
    return token;
  }

  /** Takes the symbol if it comes next. */
  boolean skip(String symbol) {
    if (peek().isSymbol(symbol)) {
      at++;
      return true;
    }
    return false;
  }

  /** Takes the word if it comes next. */
  boolean skipWord(String word) {
    if (peek().isWord(word)) {
      at++;
      return true;
    }
    return false;
  }

  void expect(String symbol) {
    if (!skip(symbol)) {
      throw error("expected \"" + symbol + "\" and found " + peek());
    }
  }

  void expectWord(String word) {
    if (!skipWord(word)) {
      throw error("expected \"" + word + "\" and found " + peek());
    }
  }

  String word(String what) {
    if (!peek().is(Token.Kind.WORD)) {
      throw error("expected " + what + " and found " + peek());
    }
    return take().text();
  }

  /** A whole number, decimal or hexadecimal, within bounds. */
  long number(String what, long least, long most) {
    Token token = peek();
    long value;
    try {
      value =
          switch (token.kind()) {
            case INTEGER -> Long.parseLong(token.text());
            case HEX -> Long.parseUnsignedLong(token.text().substring(2), 16);
            default -> throw error("expected " + what + " and found " + token);
          };
    } catch (NumberFormatException e) {
      throw error(what + " is too large: " + token.text());
    }
    if (value < least || value > most) {
      throw error(what + " is " + least + " to " + most + ": " + value);
    }
    take();
    return value;
  }

  ScriptException error(String message) {
    return ScriptException.failed(peek().position(), message);
  }
}

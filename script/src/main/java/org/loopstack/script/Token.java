// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

/**
 * A token of a script.
 *
 * @param kind what it is
 * @param text its text, without the quotes if it had some
 * @param value for an option what follows its equals sign, else empty
 * @param position where it begins
 */
record Token(Kind kind, String text, String value, Position position) {
  /** The kinds of tokens. */
  enum Kind {
    INTEGER,
    HEX,
    FLOAT,
    WORD,
    STRING,
    COMMAND,
    CODE,
    OPTION,
    ELLIPSIS,
    SYMBOL,
    END
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  boolean isWord(String word) {
    return kind == Kind.WORD && text.equals(word);
  }

  @Override
  public String toString() {
    return kind == Kind.END ? "the end" : "\"" + text + "\"";
  }
}

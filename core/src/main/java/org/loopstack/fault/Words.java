// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The words of a rule's text, read one after the other; what is wrong is told with the word. */
final class Words {
  private final String text;
  private final List<String> all = new ArrayList<>();
  private int next;

  Words(String text) {
    this.text = text;
    split();
  }

  /**
   * At blanks, but not within double quotes, where a backslash takes the next character as it is.
   */
  private void split() {
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '"') {
        at = quoted(at);
      } else {
        int end = at;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
          end++;
        }
        all.add(text.substring(at, end));
        at = end;
      }
    }
  }

  private int quoted(int from) {
    StringBuilder word = new StringBuilder("\"");
    int at = from + 1;
    while (at < text.length() && text.charAt(at) != '"') {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
      }
      word.append(text.charAt(at++));
    }
    if (at == text.length()) {
      throw new IllegalArgumentException(
          "In \""
              + text
              + "\": the quotation mark before "
              + text.substring(from + 1)
              + " is never closed");
    }
    all.add(word.toString());
    return at + 1;
  }

  boolean isAtEnd() {
    return next == all.size();
  }

  /** The next word without taking it, in lower case and without hyphens; "" at the end. */
  String look() {
    return isAtEnd() ? "" : plain(all.get(next));
  }

  /** The word behind the next one, in the same way. */
  String lookBehind() {
    return next + 1 >= all.size() ? "" : plain(all.get(next + 1));
  }

  /** Two spellings of one word: resetAfter and reset-after. */
  static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("-", "");
  }

  /** Takes the next word if it is this one. */
  boolean take(String plain) {
    if (!look().equals(plain)) {
      return false;
    }
    next++;
    return true;
  }

  /** Takes the next word, whatever it is. */
  String take() {
    return all.get(next++);
  }

  /** Whether the next word begins with a digit: a quantity rather than a word. */
  boolean isNumberNext() {
    return !isAtEnd() && Character.isDigit(all.get(next).charAt(0));
  }

  /**
   * Takes the next word and makes something of it.
   *
   * @param what is wanted, for the error
   * @param of what to make; what it refuses is told with the word before
   */
  <T> T take(String what, Function<String, T> of) {
    if (isAtEnd()) {
      String before = all.isEmpty() ? "" : " behind \"" + all.get(next - 1) + '"';
      throw new IllegalArgumentException("In \"" + text + "\": " + what + " is missing" + before);
    }
    String word = all.get(next++);
    try {
      return of.apply(word);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()), e);
    }
  }

  /** Takes a whole number. */
  long takeNumber(String what) {
    return take(what, Words::number);
  }

  int takeInt(String what) {
    return take(
        what,
        word -> {
          long n = number(word);
          if (n > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("too large: " + word);
          }
          return (int) n;
        });
  }

  static long number(String word) {
    if (!word.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("not a whole number: \"" + word + '"');
    }
    return Long.parseLong(word);
  }

  /** Does something with what was read; what it refuses is told with the whole text. */
  <T> T checked(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()), e);
    }
  }

  /** The error about a word that does not belong there. */
  IllegalArgumentException unknown(String expected) {
    return new IllegalArgumentException(
        "In \"" + text + "\": \"" + all.get(next) + "\" is none of " + expected);
  }

  private IllegalArgumentException wrong(String message, @Nullable Throwable cause) {
    return message.startsWith("In \"")
        ? new IllegalArgumentException(message, cause)
        : new IllegalArgumentException("In \"" + text + "\": " + message, cause);
  }
}

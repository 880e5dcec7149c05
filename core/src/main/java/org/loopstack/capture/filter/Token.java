// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word or a sign of a filter.
 *
 * @param text as it is there; empty at the end
 * @param position where it begins, from 0 on
 */
record Token(String text, int position) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9A-Fa-f]+");
  private static final Pattern DOTTED = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){1,3}");

  /** An address of IPv6, which has two colons at least: {@code [0:2]} is none. */
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

  private static final Pattern TOKEN =
      Pattern.compile(
          IPV6
              + "|\\\\?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?"
              + "|<<|>>|<=|>=|!=|==|&&|\\|\\||[()\\[\\]!=<>&|^+*/%:-]");

  private static final Pattern SPACE = Pattern.compile("\\s*");

  /** All of a filter, and one without text that stands for its end. */
  static List<Token> all(String filter) {
    List<Token> tokens = new ArrayList<>();
    Matcher space = SPACE.matcher(filter);
    Matcher token = TOKEN.matcher(filter);
    int at = 0;
    while (true) {
      space.region(at, filter.length());
      at = space.lookingAt() ? space.end() : at;
      if (at == filter.length()) {
        tokens.add(new Token("", at));
        return List.copyOf(tokens);
      }
      token.region(at, filter.length());
      if (!token.lookingAt()) {
        throw new FilterException(
            filter, at, filter.substring(at, at + 1), "no filter has this character");
      }
      tokens.add(new Token(token.group(), at));
      at = token.end();
    }
  }

  boolean is(String word) {
    return text.equals(word);
  }

  boolean isEnd() {
    return text.isEmpty();
  }

  boolean isNumber() {
    return NUMBER.matcher(text).matches();
  }

  /** Whether it is an address of IPv4, or the beginning of one. */
  boolean isDotted() {
    return DOTTED.matcher(text).matches();
  }

  boolean isIpv6() {
    return IPV6.matcher(text).matches();
  }

  /** Whether it may be a name: of a host, a port or a protocol. */
  boolean isWord() {
    return !isEnd() && (Character.isLetterOrDigit(text.charAt(0)) || text.charAt(0) == '\\');
  }
}

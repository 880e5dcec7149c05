// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.util.Locale;

/** What others have named, for a terminal: no line of its own, no escape sequence. */
public final class Printable {
  private Printable() {}

  /** The text with {@code \n}, {@code \t} and {@code \x1b} for what is no character to be seen. */
  public static String of(String text) {
    if (text.chars().noneMatch(Printable::isHidden)) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> shown.append("\\n");
        case '\t' -> shown.append("\\t");
        case '\r' -> shown.append("\\r");
        default ->
            shown.append(isHidden(c) ? String.format(Locale.ROOT, "\\x%02x", (int) c) : c + "");
      }
    }
    return shown.toString();
  }

  /** Controls, and what turns the direction of writing round. */
  private static boolean isHidden(int c) {
    return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
  }
}

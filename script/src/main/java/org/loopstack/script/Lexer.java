// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a script into tokens. As in packetdrill the longest match wins, so that {@code 3021b9} is a
 * word and {@code 3021} a number; a word that {@code --define} or {@code -D} defines is replaced.
 */
final class Lexer {
  private static final Pattern BLANK =
      Pattern.compile("\\s+|//[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern OPTION =
      Pattern.compile("--([a-zA-Z0-9_]+)(?:=((?:\"[^\"]*\"|`[^`]*`|[^\\s\"`])+))?");
  private static final Pattern FLOAT = Pattern.compile("-?[0-9]*\\.[0-9]+");
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");
  private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]+");
  private static final Pattern WORD = Pattern.compile("[a-zA-Z0-9_]+");
  private static final Pattern STRING = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"");
  private static final Pattern COMMAND = Pattern.compile("`((?:\\\\.|[^`\\\\])*)`", Pattern.DOTALL);
  private static final Pattern CODE = Pattern.compile("%\\{(.*?)\\}%", Pattern.DOTALL);

  private final List<Preprocessor.Line> lines;
  private final Map<String, String> defines;
  private final String text;
  private final int[] lineStarts;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(List<Preprocessor.Line> lines, Map<String, String> defines) {
    this.lines = lines;
    this.defines = defines;
    StringBuilder all = new StringBuilder();
    lineStarts = new int[lines.size()];
    for (int i = 0; i < lineStarts.length; i++) {
      lineStarts[i] = all.length();
      all.append(lines.get(i).text()).append('\n');
    }
    text = all.toString();
  }

  /** The tokens of the lines, the last one of kind END. */
  static List<Token> tokens(List<Preprocessor.Line> lines, Map<String, String> defines) {
    Lexer lexer = new Lexer(lines, defines);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < text.length()) {
      Matcher blank = match(BLANK);
      if (blank != null) {
        at = blank.end();
      } else {
        next();
      }
    }
    tokens.add(new Token(Token.Kind.END, "", "", position()));
  }

  private void next() {
    Matcher m;
    if ((m = match(OPTION)) != null) {
      option(m);
    } else if (text.startsWith("...", at)) {
      add(Token.Kind.ELLIPSIS, "...", at + 3);
    } else if ((m = match(CODE)) != null) {
      add(Token.Kind.CODE, m.group(1), m.end());
    } else if ((m = match(STRING)) != null) {
      add(Token.Kind.STRING, unescape(m.group(1)), m.end());
    } else if ((m = match(COMMAND)) != null) {
      add(Token.Kind.COMMAND, m.group(1), m.end());
    } else if (!number() && !word()) {
      add(Token.Kind.SYMBOL, text.substring(at, at + 1), at + 1);
    }
  }

  private void option(Matcher m) {
    String value = m.group(2) == null ? "" : m.group(2);
    int equals = value.indexOf('=');
    if (m.group(1).equals("define") && equals > 0) {
      defines.put(value.substring(0, equals), value.substring(equals + 1));
    }
    tokens.add(new Token(Token.Kind.OPTION, m.group(1), value, position()));
    at = m.end();
  }

  /** A number, unless a word reaches further. */
  private boolean number() {
    Token.Kind kind = Token.Kind.FLOAT;
    Matcher m = match(FLOAT);
    if (m == null) {
      kind = Token.Kind.HEX;
      m = match(HEX);
    }
    if (m == null) {
      kind = Token.Kind.INTEGER;
      m = match(INTEGER);
    }
    Matcher word = match(WORD);
    if (m == null || word != null && word.end() > m.end()) {
      return false;
    }
    add(kind, m.group(), m.end());
    return true;
  }

  private boolean word() {
    Matcher m = match(WORD);
    if (m == null) {
      return false;
    }
    String defined = defines.get(m.group());
    if (defined == null) {
      add(Token.Kind.WORD, m.group(), m.end());
    } else if (defined.startsWith("\"") && defined.length() > 1) {
      add(Token.Kind.STRING, defined.substring(1, defined.length() - 1), m.end());
    } else if (defined.startsWith("`") && defined.length() > 1) {
      add(Token.Kind.COMMAND, defined.substring(1, defined.length() - 1), m.end());
    } else if (INTEGER.matcher(defined).matches()) {
      add(Token.Kind.INTEGER, defined, m.end());
    } else if (HEX.matcher(defined).matches()) {
      add(Token.Kind.HEX, defined, m.end());
    } else {
      add(Token.Kind.WORD, defined, m.end());
    }
    return true;
  }

  private static String unescape(String quoted) {
    return quoted.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
  }

  private void add(Token.Kind kind, String value, int end) {
    tokens.add(new Token(kind, value, "", position()));
    at = end;
  }

  private @Nullable Matcher match(Pattern pattern) {
    Matcher m = pattern.matcher(text);
    m.region(at, text.length());
    return m.lookingAt() ? m : null;
  }

  private Position position() {
    int low = 0;
    for (int i = 0; i < lineStarts.length && lineStarts[i] <= at; i++) {
      low = i;
    }
    return lines.isEmpty() ? new Position("", 0) : lines.get(low).position();
  }
}

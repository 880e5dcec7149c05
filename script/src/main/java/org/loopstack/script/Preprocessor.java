// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lines that the lexer sees: {@code #ifdef}, {@code #ifndef}, {@code #if 0}, {@code #else},
 * {@code #endif}, {@code #define}, {@code #undef} and {@code #include} are obeyed; any other line
 * that begins with a number sign is a comment.
 */
final class Preprocessor {
  /**
   * A line of text.
   *
   * @param position where it stands
   * @param text the line without its end
   */
  record Line(Position position, String text) {}

  private static final int MAX_DEPTH = 16;

  private final Map<String, String> defines;
  private final List<Line> lines = new ArrayList<>();

  /**
   * A preprocessor.
   *
   * @param defines the symbols that are defined at first; {@code #define} adds to them
   */
  Preprocessor(Map<String, String> defines) {
    this.defines = defines;
  }

  /**
   * Processes a text.
   *
   * @param directory what {@code #include} is relative to, or null where it is not allowed
   */
  List<Line> process(String file, String text, @Nullable Path directory) {
    include(file, text, directory, 0);
    return lines;
  }

  private void include(String file, String text, @Nullable Path directory, int depth) {
    ArrayDeque<Boolean> kept = new ArrayDeque<>();
    int number = 0;
    boolean quoted = false;
    for (String line : text.lines().toList()) {
      Position at = new Position(file, ++number);
      // Inside a command in back quotes or a code snippet a number sign is somebody else's.
      if (!quoted && line.stripLeading().startsWith("#")) {
        directive(line.stripLeading().substring(1).strip(), at, kept, directory, depth);
        continue;
      }
      if (!kept.contains(false)) {
        lines.add(new Line(at, line));
        quoted = endsQuoted(line, quoted);
      }
    }
    if (!kept.isEmpty()) {
      throw ScriptException.failed(new Position(file, number), "#ifdef without #endif");
    }
  }

  private static boolean endsQuoted(String line, boolean before) {
    boolean quoted = before;
    for (int i = 0; i < line.length(); i++) {
      if (!quoted && line.startsWith("//", i)) {
        return false;
      }
      if (line.charAt(i) == '`' || line.startsWith(quoted ? "}%" : "%{", i)) {
        quoted = !quoted;
      }
    }
    return quoted;
  }

  private void directive(
      String text, Position at, ArrayDeque<Boolean> kept, @Nullable Path directory, int depth) {
    String[] words = text.split("\\s+", 3);
    String argument = words.length > 1 ? words[1] : "";
    switch (words[0]) {
      case "ifdef" -> kept.push(defines.containsKey(argument));
      case "ifndef" -> kept.push(!defines.containsKey(argument));
      case "if" -> kept.push(isTrue(text.substring(2).strip(), at));
      case "else" -> kept.push(!pop(kept, at));
      case "endif" -> pop(kept, at);
      case "define" -> {
        if (!kept.contains(false)) {
          defines.put(argument, words.length > 2 ? words[2] : "1");
        }
      }
      case "undef" -> {
        if (!kept.contains(false)) {
          defines.remove(argument);
        }
      }
      case "include" -> {
        if (!kept.contains(false)) {
          read(argument, at, directory, depth);
        }
      }
      default -> {
        // A comment.
      }
    }
  }

  private boolean isTrue(String condition, Position at) {
    if (condition.matches("!?\\s*defined\\s*\\(?\\s*\\w+\\s*\\)?")) {
      String name = condition.replaceAll("^!?\\s*defined|[()\\s]", "");
      return defines.containsKey(name) != condition.startsWith("!");
    }
    if (condition.matches("\\d+")) {
      return Integer.parseInt(condition) != 0;
    }
    throw ScriptException.failed(at, "#if knows a number and defined(NAME) only: " + condition);
  }

  private static boolean pop(ArrayDeque<Boolean> kept, Position at) {
    if (kept.isEmpty()) {
      throw ScriptException.failed(at, "there is no #ifdef for this");
    }
    return kept.pop();
  }

  private void read(String argument, Position at, @Nullable Path directory, int depth) {
    String name = argument.replaceAll("[\"<>]", "");
    if (directory == null || depth == MAX_DEPTH) {
      throw ScriptException.failed(at, "cannot include " + name + " here");
    }
    Path path = directory.resolve(name);
    try {
      include(path.getFileName().toString(), Files.readString(path), path.getParent(), depth + 1);
    } catch (IOException e) {
      throw ScriptException.failed(at, "cannot read " + path + ": " + e);
    }
  }
}

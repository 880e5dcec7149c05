// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table of scripts in one file, whose name ends in {@code .pktt}: at its head axes, each with
 * cases, then a script in which {@code $(name)} stands for what a case says. Every combination of
 * one case from each axis is a script.
 *
 * <pre>
 * %axis position
 * %case left-edge   seq=1
 * %case right-of-it seq=$(window+1)  reply="+0 &gt; . 1:1(0) ack 1"
 * </pre>
 *
 * <p>A value in quotes may hold blanks. A reference may add to or subtract from a number, modulo
 * 2^32, and may stand in a value, too; {@code $(axis1)} is the first axis's case. The rest of a
 * line that begins with {@code %if name=value} or {@code %if name!=value} is kept where that holds.
 */
final class Template {
  /**
   * A script of the table.
   *
   * @param name the cases that it was made from, as {@code [fin/left-edge]}
   * @param text the script, with as many lines as the template
   */
  record Expansion(String name, String text) {}

  private static final Pattern VALUE = Pattern.compile("(\\w+)=(\"(?:\\\\.|[^\"\\\\])*\"|\\S*)");
  private static final Pattern REFERENCE = Pattern.compile("\\$\\((\\w+)((?:[+-]\\d+)*)\\)");
  private static final int MAX_NESTING = 20;

  private record Case(String name, Map<String, String> values) {}

  private final List<List<Case>> axes = new ArrayList<>();
  private final List<String> body = new ArrayList<>();
  private final String file;

  private Template(String file) {
    this.file = file;
  }

  /** All scripts of the table. */
  static List<Expansion> expand(String file, String text) {
    Template template = new Template(file);
    int number = 0;
    for (String line : text.lines().toList()) {
      template.read(line, new Position(file, ++number));
    }
    List<Expansion> all = new ArrayList<>();
    template.combine(0, "", new LinkedHashMap<>(), all);
    return all;
  }

  private void read(String line, Position at) {
    if (line.startsWith("%axis")) {
      axes.add(new ArrayList<>());
      body.add("");
    } else if (line.startsWith("%case")) {
      if (axes.isEmpty()) {
        throw ScriptException.failed(at, "a %case needs an %axis before it");
      }
      String rest = line.substring("%case".length()).strip();
      String name = rest.split("\\s+", 2)[0];
      Map<String, String> values = new LinkedHashMap<>();
      Matcher m = VALUE.matcher(rest.substring(name.length()));
      while (m.find()) {
        values.put(m.group(1), unquote(m.group(2)));
      }
      axes.getLast().add(new Case(name, values));
      body.add("");
    } else {
      body.add(line);
    }
  }

  private static String unquote(String value) {
    return value.startsWith("\"")
        ? value.substring(1, value.length() - 1).replace("\\\"", "\"")
        : value;
  }

  private void combine(int axis, String name, Map<String, String> values, List<Expansion> all) {
    if (axis == axes.size()) {
      all.add(new Expansion("[" + name + "]", substitute(values)));
      return;
    }
    for (Case each : axes.get(axis)) {
      Map<String, String> more = new LinkedHashMap<>(values);
      more.putAll(each.values);
      more.put("axis" + (axis + 1), each.name);
      combine(axis + 1, name.isEmpty() ? each.name : name + "/" + each.name, more, all);
    }
  }

  private String substitute(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (String line : body) {
      Position at = new Position(file, ++number);
      String kept = line;
      while (kept.startsWith("%if ")) {
        String[] parts = kept.substring(4).strip().split("\\s+", 2);
        kept = holds(parts[0], values) && parts.length == 2 ? parts[1] : "";
      }
      text.append(replace(kept, values, at, 0)).append('\n');
    }
    return text.toString();
  }

  private static boolean holds(String condition, Map<String, String> values) {
    boolean wanted = !condition.contains("!=");
    String[] sides = condition.split(wanted ? "=" : "!=", 2);
    return values.getOrDefault(sides[0], "").equals(sides.length > 1 ? sides[1] : "") == wanted;
  }

  private String replace(String text, Map<String, String> values, Position at, int depth) {
    Matcher m = REFERENCE.matcher(text);
    if (!m.find()) {
      return text;
    }
    if (depth == MAX_NESTING) {
      throw ScriptException.failed(at, "a value refers to itself: " + text);
    }
    StringBuilder result = new StringBuilder();
    do {
      String value = values.get(m.group(1));
      if (value == null) {
        throw ScriptException.failed(at, "no case says what " + m.group(1) + " is");
      }
      String plain = replace(value, values, at, depth + 1);
      m.appendReplacement(result, Matcher.quoteReplacement(add(plain, m.group(2), at)));
    } while (m.find());
    return m.appendTail(result).toString();
  }

  private static String add(String value, String terms, Position at) {
    if (terms.isEmpty()) {
      return value;
    }
    try {
      long sum = Long.parseLong(value);
      Matcher m = Pattern.compile("[+-]\\d+").matcher(terms);
      while (m.find()) {
        sum += Long.parseLong(m.group());
      }
      return String.valueOf(sum & 0xffff_ffffL);
    } catch (NumberFormatException e) {
      throw ScriptException.failed(at, "not a number: " + value);
    }
  }
}

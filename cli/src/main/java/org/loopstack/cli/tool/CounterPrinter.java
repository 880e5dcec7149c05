// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.loopstack.wire.DropReason;

/** Prints counters as iproute2's {@code nstat -a} does, and drop reasons with their meaning. */
public final class CounterPrinter {
  private final List<Pattern> patterns;
  private final boolean zeros;

  /**
   * What to print.
   *
   * @param patterns as the shell's, the case of letters aside; none for all
   * @param zeros whether also what is zero
   */
  public CounterPrinter(List<String> patterns, boolean zeros) {
    this.patterns = patterns.stream().map(CounterPrinter::pattern).toList();
    this.zeros = zeros;
  }

  private static Pattern pattern(String shell) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < shell.length(); i++) {
      char c = shell.charAt(i);
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE);
  }

  private boolean wants(String name, long value) {
    return (zeros || value != 0)
        && (patterns.isEmpty() || patterns.stream().anyMatch(p -> p.matcher(name).matches()));
  }

  /** One line each, the heading first; the last column is a rate, which nobody takes. */
  public String text(Map<String, Long> counters) {
    StringBuilder text = new StringBuilder("#kernel\n");
    counters.forEach(
        (name, value) -> {
          if (wants(name, value)) {
            text.append(String.format(Locale.ROOT, "%-32s%-16d%6.1f%n", name, value, 0.0));
          }
        });
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  /** One object in an object, on one line. */
  public String json(Map<String, Long> counters) {
    JsonObject all = new JsonObject();
    counters.forEach(
        (name, value) -> {
          if (wants(name, value)) {
            all.addProperty(name, value);
          }
        });
    JsonObject json = new JsonObject();
    json.add("kernel", all);
    return json + "\n";
  }

  /** How many, why, and what that means; in the order in which a datagram meets the reasons. */
  public String drops(Map<DropReason, Long> drops) {
    StringBuilder text = new StringBuilder();
    for (DropReason reason : DropReason.values()) {
      long count = drops.getOrDefault(reason, 0L);
      if (wants(reason.name(), count)) {
        text.append(
            String.format(
                Locale.ROOT, "%-32s%-16d%s\n", reason.name(), count, reason.description()));
      }
    }
    return text.toString();
  }

  /** The same as an object, on one line. */
  public String jsonDrops(Map<DropReason, Long> drops) {
    JsonObject all = new JsonObject();
    for (DropReason reason : DropReason.values()) {
      long count = drops.getOrDefault(reason, 0L);
      if (wants(reason.name(), count)) {
        JsonObject one = new JsonObject();
        one.addProperty("count", count);
        one.addProperty("description", reason.description());
        all.add(reason.name(), one);
      }
    }
    JsonObject json = new JsonObject();
    json.add("drops", all);
    return json + "\n";
  }
}

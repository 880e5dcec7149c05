// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Two revisions side by side, for people: what has become slower, and what faster. */
final class ComparisonReport implements Report {
  private static final String FORMAT = "%-61s %-5s %12s %12s  %-9s %7s  %s%n";

  /** Less is never called a difference, however steady the rounds were. */
  private static final double LEAST_DIFFERENCE = 0.05;

  private final PrintStream out;
  private final Machine machine;
  private final Effort effort;
  private final String before;
  private final String after;
  private final List<String> slower = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  ComparisonReport(PrintStream out, Machine machine, Effort effort, String before, String after) {
    this.out = out;
    this.machine = machine;
    this.effort = effort;
    this.before = before;
    this.after = after;
  }

  @Override
  public void begin() {
    out.printf(
        Locale.ROOT,
        "%s and %s in turns in one JVM: medians of %d rounds.%n",
        before,
        after,
        effort.rounds());
    out.printf(
        Locale.ROOT,
        "%d cores, %s; %s; Java %s, heap %d MiB.%n",
        machine.cores(),
        machine.cpu(),
        machine.operatingSystem(),
        machine.java(),
        machine.heapMebibytes());
    out.println(
        "A ratio above 1 means that the second is that many times better; it is called slower where"
            + " it lies below 1 by more than the rounds' spread, and 5 %.");
    out.println();
    out.printf(FORMAT, "work", "unit", before, after, "ratio", "spread", "");
    out.flush();
  }

  @Override
  public void add(Result result) {
    Row row = result.row();
    if (result.failure() != null) {
      unknown.add(row.name());
      out.printf("%-61s FAILED: %s%n", row.name(), result.failure());
    } else {
      OptionalDouble ratio = result.ratio();
      String verdict = ratio.isPresent() ? verdict(ratio.getAsDouble(), result.spread()) : "?";
      if (verdict.equals("SLOWER")) {
        slower.add(row.name());
      } else if (ratio.isEmpty()) {
        unknown.add(row.name());
      }
      out.printf(
          FORMAT,
          row.name(),
          row.unit().text(),
          TableReport.number(result.kernel().median()),
          TableReport.number(result.ours().median()),
          ratio.isPresent() ? TableReport.number(ratio.getAsDouble()) + " x" : "too noisy",
          String.format(Locale.ROOT, "%.0f %%", result.spread() * 100),
          verdict);
    }
    out.flush();
  }

  private static String verdict(double ratio, double spread) {
    double least = Math.max(spread, LEAST_DIFFERENCE);
    return ratio < 1 - least ? "SLOWER" : ratio > 1 + least ? "faster" : "";
  }

  @Override
  public void end() {
    out.println();
    if (!unknown.isEmpty()) {
      out.println("Nothing can be said of: " + String.join("; ", unknown) + ".");
    }
    out.println(
        slower.isEmpty()
            ? "Nothing is slower than before."
            : "Slower than before: " + String.join("; ", slower) + ".");
    out.flush();
  }

  /** Whether a row is slower beyond the spread. */
  boolean hasSlower() {
    return !slower.isEmpty();
  }
}

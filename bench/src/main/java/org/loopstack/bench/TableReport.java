// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table for people, printed row by row while the measurement goes on. */
final class TableReport implements Report {
  private static final String FORMAT = "%-61s %-5s %10s %10s  %-10s %-9s %7s  %10s %10s%n";

  private final PrintStream out;
  private final Machine machine;
  private final Congestion congestion;
  private final Effort effort;
  private final List<Result> results = new ArrayList<>();

  TableReport(PrintStream out, Machine machine, Congestion congestion, Effort effort) {
    this.out = out;
    this.machine = machine;
    this.congestion = congestion;
    this.effort = effort;
  }

  @Override
  public void begin() {
    out.printf(
        Locale.ROOT,
        "The kernel's loopback and ours in turns in one JVM: medians of %d rounds.%n",
        effort.rounds());
    out.printf(
        Locale.ROOT,
        "%d cores, %s; %s; Java %s, %s, heap %d MiB; %d carriers of virtual threads.%n",
        machine.cores(),
        machine.cpu(),
        machine.operatingSystem(),
        machine.java(),
        machine.collector(),
        machine.heapMebibytes(),
        machine.carriers());
    out.printf(
        Locale.ROOT,
        "Congestion control: kernel %s (the machine's default is %s), loopstack %s.%n",
        congestion.kernel(),
        congestion.machineDefault(),
        congestion.loopstack());
    if (!congestion.warning().isEmpty()) {
      out.println("NOTE: " + congestion.warning() + "; do not trust the rows with bulk.");
    }
    out.println(
        "How to read it: a ratio above 1 means that ours is that many times faster (or smaller);"
            + " spread is how far the middle half of the rounds' ratios lies apart; garbage is heap"
            + " allocated per operation (bulk: per write), the kernel's side and ours.");
    out.println();
    out.printf(
        FORMAT,
        "work",
        "unit",
        "kernel",
        "loopstack",
        "ratio",
        "bar",
        "spread",
        "garbage/op",
        "ours");
    out.flush();
  }

  @Override
  public void add(Result result) {
    results.add(result);
    Row row = result.row();
    if (result.failure() != null) {
      out.printf("%-61s FAILED: %s%n", row.name(), result.failure());
    } else {
      out.printf(
          FORMAT,
          row.name(),
          row.unit().text(),
          number(result.kernel().median()),
          number(result.ours().median()),
          ratio(result),
          row.bar().text(),
          percent(result.spread()),
          garbage(result.kernel().garbage()),
          garbage(result.ours().garbage()));
    }
    out.flush();
  }

  @Override
  public void end() {
    out.println();
    for (Result result : results) {
      if (!result.row().note().isEmpty()) {
        out.println(result.row().name() + ": " + result.row().note() + ".");
      }
    }
    List<Result> missed = results.stream().filter(result -> !result.isBarMet()).toList();
    if (missed.isEmpty()) {
      out.println("Every row reaches its bar.");
    } else {
      out.println("Not at the bar: " + missed.size() + " of " + results.size() + " rows.");
    }
    out.flush();
  }

  private static String ratio(Result result) {
    return result.ratio().isPresent() ? number(result.ratio().getAsDouble()) + " x" : "too noisy";
  }

  /** Three digits that count, without an exponent. */
  static String number(double value) {
    double size = Math.abs(value);
    if (size >= 100) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.0f %%", part * 100);
  }

  private static String garbage(double bytes) {
    return Double.isNaN(bytes) ? "-" : String.format(Locale.ROOT, "%,.0f B", bytes);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A table for a document: what stands in it between two marks is replaced at the end. Passes all on
 * to another report, which shows it meanwhile.
 */
final class MarkdownReport implements Report {
  /** The marks; a document without them is refused before anything is measured. */
  static final String BEGIN = "<!-- what lo bench printed begins -->";

  static final String END = "<!-- what lo bench printed ends -->";

  private final Report shown;
  private final Path document;
  private final Machine machine;
  private final Congestion congestion;
  private final Effort effort;
  private final List<Result> results = new ArrayList<>();

  MarkdownReport(
      Report shown, Path document, Machine machine, Congestion congestion, Effort effort) {
    this.shown = shown;
    this.document = document;
    this.machine = machine;
    this.congestion = congestion;
    this.effort = effort;
  }

  @Override
  public void begin() {
    String _ = replaced("");
    shown.begin();
  }

  @Override
  public void add(Result result) {
    results.add(result);
    shown.add(result);
  }

  @Override
  public void end() {
    shown.end();
    try {
      Files.writeString(document, replaced(section()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String replaced(String section) {
    try {
      String text = Files.readString(document);
      int from = text.indexOf(BEGIN);
      int to = text.indexOf(END);
      if (from < 0 || to < from) {
        throw new IllegalArgumentException(document + " lacks the lines " + BEGIN + " and " + END);
      }
      return text.substring(0, from + BEGIN.length()) + "\n" + section + text.substring(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String section() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d cores, %s; %s; Java %s, heap %d MiB, %d carriers of virtual threads. Congestion"
                + " control: kernel %s, ours %s. Medians of %d rounds.%n%n",
            machine.cores(),
            machine.cpu(),
            machine.operatingSystem(),
            machine.java(),
            machine.heapMebibytes(),
            machine.carriers(),
            congestion.kernel(),
            congestion.loopstack(),
            effort.rounds()));
    text.append(
        "| work | kernel | Loopstack | ratio | bar | spread | gVisor | lwIP, locked / raw | smoltcp"
            + " | Netty local | the limit seen |\n");
    text.append("|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (Result result : results) {
      text.append("| ").append(String.join(" | ", cells(result))).append(" |\n");
    }
    return text.append('\n').toString();
  }

  private static List<String> cells(Result result) {
    Row row = result.row();
    Models models = Models.of(row);
    String unit = " " + row.unit().text();
    String ratio =
        result.ratio().isPresent()
            ? TableReport.number(result.ratio().getAsDouble()) + " x"
            : "too noisy";
    boolean failed = result.failure() != null;
    return List.of(
        row.name(),
        failed ? "-" : TableReport.number(result.kernel().median()) + unit,
        failed ? "failed" : "**" + TableReport.number(result.ours().median()) + unit + "**",
        failed ? "-" : ratio,
        row.bar().text().isEmpty() ? "-" : row.bar().text() + (result.isBarMet() ? "" : ", missed"),
        failed ? "-" : String.format(Locale.ROOT, "%.0f %%", result.spread() * 100),
        models.gvisor(),
        models.lwip(),
        models.smoltcp(),
        models.netty(),
        models.limit());
  }
}

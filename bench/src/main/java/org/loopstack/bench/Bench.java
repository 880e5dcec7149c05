// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.bench.parts.Parts;
import org.loopstack.bench.rows.Rows;
import picocli.CommandLine;

/** What {@code lo bench} starts: measures in this JVM and prints. */
public final class Bench {
  private Bench() {}

  /**
   * Measures and prints, and ends the process.
   *
   * @param args the options of {@link BenchCommand}
   */
  public static void main(String[] args) throws Exception {
    BenchCommand command = new BenchCommand();
    new CommandLine(command).parseArgs(args);
    System.exit(run(command, System.out));
  }

  private static int run(BenchCommand command, PrintStream out) throws Exception {
    if (command.parts) {
      return Parts.run(command.rows, command.quick);
    }
    List<Row> rows = Rows.all().stream().filter(command::wants).toList();
    if (rows.isEmpty()) {
      System.err.println("lo bench: no row's name has a match of " + command.rows);
      return CommandLine.ExitCode.USAGE;
    }
    if (command.list) {
      rows.forEach(row -> out.println(row.name()));
      return CommandLine.ExitCode.OK;
    }
    Burden burden = command.burden();
    if (!burden.equals(Burden.NONE)) {
      return weigh(command, burden, rows, out);
    }
    if (command.compare == null) {
      return measure(command, rows, out);
    }
    try {
      return compare(command, command.compare, rows, out);
    } catch (IOException e) {
      System.err.println("lo bench: --compare " + command.compare + ": " + e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
  }

  /** Measures what a burden costs: ours without it and with it. */
  private static int weigh(BenchCommand command, Burden burden, List<Row> rows, PrintStream out)
      throws InterruptedException {
    Effort effort = command.effort();
    ComparisonReport report = new ComparisonReport(out, Machine.here(), effort, "plain", "with it");
    Harness harness = new Harness(StackSide::new, () -> new StackSide(burden), effort);
    out.println("Our loopback as it is and with " + burden + ":");
    report.begin();
    for (Row row : rows) {
      if (burden.isShownBy(row)) {
        report.add(harness.run(row));
      }
    }
    report.end();
    return CommandLine.ExitCode.OK;
  }

  private static int compare(
      BenchCommand command, String olderAndCore, List<Row> rows, PrintStream out)
      throws InterruptedException, IOException {
    int equals = olderAndCore.indexOf('=');
    if (equals < 1) {
      System.err.println("lo bench: --compare takes NAME=CORE_JAR, not " + olderAndCore);
      return CommandLine.ExitCode.USAGE;
    }
    Revision older =
        new Revision(
            olderAndCore.substring(0, equals), Path.of(olderAndCore.substring(equals + 1)));
    Revision newer = Revision.ofThisJvm("HEAD");
    Effort effort = command.effort();
    ComparisonReport report =
        new ComparisonReport(out, Machine.here(), effort, older.name(), newer.name());
    Harness harness = new Harness(older::open, newer::open, effort);
    report.begin();
    for (Row row : rows) {
      report.add(harness.run(row));
    }
    report.end();
    sayWhatIsLeftOut(command, out);
    return report.hasSlower() ? BenchCommand.BAR_MISSED : CommandLine.ExitCode.OK;
  }

  private static void sayWhatIsLeftOut(BenchCommand command, PrintStream out) {
    Rows.all().stream()
        .filter(command::leavesOut)
        .forEach(row -> out.println("Not in a quick run, but by --rows: " + row.name() + "."));
  }

  private static int measure(BenchCommand command, List<Row> rows, PrintStream out)
      throws InterruptedException {
    Machine machine = Machine.here();
    Congestion congestion = Congestion.find();
    Effort effort = command.effort();
    Report report =
        command.json
            ? new JsonReport(out, machine, congestion, effort)
            : new TableReport(out, machine, congestion, effort);
    if (command.write != null) {
      report = new MarkdownReport(report, command.write, machine, congestion, effort);
    }
    Harness harness =
        new Harness(() -> new KernelSide(congestion.setter()), StackSide::new, effort);
    report.begin();
    List<Result> results = new ArrayList<>();
    for (Row row : rows) {
      Result result = harness.run(row);
      results.add(result);
      report.add(result);
    }
    report.end();
    if (!command.json) {
      sayWhatIsLeftOut(command, out);
    }
    boolean missed = results.stream().anyMatch(result -> !result.isBarMet());
    return command.check && missed ? BenchCommand.BAR_MISSED : CommandLine.ExitCode.OK;
  }
}

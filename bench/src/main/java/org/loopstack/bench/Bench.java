// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.PrintStream;
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
    return measure(command, rows, out);
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
    boolean missed = results.stream().anyMatch(result -> !result.isBarMet());
    return command.check && missed ? BenchCommand.BAR_MISSED : CommandLine.ExitCode.OK;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import com.google.gson.JsonArray;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.management.StackStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lo ls}. */
@Command(
    name = "ls",
    description = "List the stacks that run.",
    footer = {"%nExamples:", "  lo ls", "  lo ls -j"})
final class LsCommand implements Callable<Integer> {
  @ParentCommand private Lo lo;

  @Option(
      names = {"-j", "--json"},
      description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Environment environment = lo.environment();
    Running running = Running.find(environment);
    PrintStream out = environment.out();
    PrintStream err = environment.err();
    for (StackName name : running.removed()) {
      err.println("lo: removed what the dead stack \"" + name + "\" left");
    }
    running.silent().forEach((name, why) -> err.println("lo: the stack \"" + name + "\" " + why));
    if (json) {
      JsonArray all = new JsonArray();
      running.stacks().values().forEach(status -> all.add(status.toJson()));
      out.println(all);
    } else if (running.names().isEmpty()) {
      err.println("lo: no stack is running");
    } else {
      printTable(out, running.stacks().values().stream().toList(), Instant.now());
    }
    out.flush();
    return running.silent().isEmpty() ? ExitStatus.OK : ExitStatus.UNAVAILABLE;
  }

  /** Columns as wide as their widest cell, two blanks between them. */
  static void printTable(PrintStream out, List<StackStatus> stacks, Instant now) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "PID", "UP", "ADDRESSES", "PUBLISHED"));
    for (StackStatus stack : stacks) {
      rows.add(
          List.of(
              stack.name(),
              Long.toString(stack.pid()),
              age(Duration.between(stack.since(), now)),
              String.join(" ", stack.addresses()),
              stack.published().stream()
                  .map(StackStatus.Published::toString)
                  .collect(Collectors.joining(" "))));
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        line.append(cell).append(" ".repeat(width(rows, column) - cell.length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  /** As "3d04h", "04h05m", "05m06s". */
  private static String age(Duration up) {
    Duration age = up.isNegative() ? Duration.ZERO : up;
    if (age.toDays() > 0) {
      return age.toDays() + "d" + two(age.toHoursPart()) + "h";
    }
    return age.toHours() > 0
        ? two(age.toHoursPart()) + "h" + two(age.toMinutesPart()) + "m"
        : two(age.toMinutesPart()) + "m" + two(age.toSecondsPart()) + "s";
  }

  private static String two(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.loopstack.fault.Fault;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command {@code lo bench}. It measures in a JVM of its own, because some of what it needs can
 * only be said when a JVM starts.
 */
@Command(
    name = "bench",
    description = {
      "Compare the kernel's loopback with ours, side by side in one process.",
      "",
      "Each round measures both sides, with the same code on unmodified java.nio channels; medians"
          + " are printed, and no ratio where the rounds differ too much to mean anything."
    })
public final class BenchCommand implements Callable<Integer> {
  /** The exit status where a bar is missed, or a revision is slower than the one before. */
  static final int BAR_MISSED = 1;

  private static final int DEFAULT_CARRIERS = 2;
  private static final String HEAP = "1g";

  @Option(
      names = "--quick",
      description =
          "Be done in less than 50 seconds: shorter rounds, and without rows that need more time,"
              + " unless --rows asks for them.")
  boolean quick;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  boolean json;

  @Option(names = "--list", description = "Print the names of the rows only.")
  boolean list;

  @Option(
      names = "--rows",
      paramLabel = "PATTERN",
      description = "Only rows whose name has a match of this regular expression.")
  @Nullable Pattern rows;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Measured rounds per row; 4 with --quick, else 7.")
  int runs;

  @Option(
      names = "--carriers",
      paramLabel = "N",
      description = "Threads that carry the virtual threads. The default is ${DEFAULT-VALUE}.")
  int carriers = DEFAULT_CARRIERS;

  @Option(
      names = "--compare",
      paramLabel = "NAME=CORE_JAR",
      description =
          "Compare this version with another one, whose library is that jar, instead of with the"
              + " kernel; exit with status 1 if a row is slower beyond the spread. bench/compare"
              + " makes the jar of a given revision.")
  @Nullable String compare;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "Also put the table into this document, between the marks that it has for it.")
  @Nullable Path write;

  @Option(names = "--check", description = "Exit with status 1 if a row misses its bar.")
  boolean check;

  @Option(
      names = "--parts",
      description = "Measure the stack's parts with JMH instead; --rows chooses among them too.")
  boolean parts;

  @Option(
      names = "--fault",
      paramLabel = "RULE",
      description =
          "Instead of the kernel's compare ours with ours that has this fault rule, to see what it"
              + " costs; may be said more than once.")
  List<String> faults = new ArrayList<>();

  @Option(
      names = "--ring",
      paramLabel = "N",
      description = "The same with a ring that keeps the last N packets; also with --fault.")
  int ring;

  /** The command, before its options are read. */
  public BenchCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    String wrong = wrong();
    if (wrong != null) {
      System.err.println("lo bench: " + wrong);
      return CommandLine.ExitCode.USAGE;
    }
    List<String> command = new ArrayList<>();
    if (!Congestion.isCubicPermitted() && UserNamespace.isPossible()) {
      command.addAll(UserNamespace.COMMAND);
    }
    List<String> options =
        List.of(
            "-Djdk.virtualThreadScheduler.parallelism=" + carriers,
            "-Djdk.virtualThreadScheduler.maxPoolSize=256",
            // All of the heap is there from the start: else ours, whose buffers are heap, is
            // charged
            // for each page that the JVM asks the kernel for as it grows.
            "-Xms" + HEAP,
            "-Xmx" + HEAP,
            "-XX:+AlwaysPreTouch",
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
    command.addAll(JavaProcess.command(options, Bench.class, arguments()));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** The options as they are written. */
  private List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    addIf(quick, "--quick", arguments);
    addIf(json, "--json", arguments);
    addIf(list, "--list", arguments);
    addIf(check, "--check", arguments);
    addIf(parts, "--parts", arguments);
    if (compare != null) {
      arguments.addAll(List.of("--compare", compare));
    }
    if (write != null) {
      arguments.addAll(List.of("--write", write.toAbsolutePath().toString()));
    }
    if (rows != null) {
      arguments.addAll(List.of("--rows", rows.pattern()));
    }
    faults.forEach(rule -> arguments.addAll(List.of("--fault", rule)));
    if (ring != 0) {
      arguments.addAll(List.of("--ring", Integer.toString(ring)));
    }
    if (runs != 0) {
      arguments.addAll(List.of("--runs", Integer.toString(runs)));
    }
    return arguments;
  }

  /** What does not go, or null. */
  private @Nullable String wrong() {
    Burden burden;
    try {
      burden = burden();
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
    if (ring < 0 || ring > 1 << 24) {
      return "a ring keeps 1 to " + (1 << 24) + " packets: " + ring;
    }
    boolean other = parts || check || json || compare != null || write != null;
    return other && !burden.equals(Burden.NONE)
        ? "--fault and --ring go with none of --parts, --check, --json, --compare and --write"
        : null;
  }

  private static void addIf(boolean set, String option, List<String> arguments) {
    if (set) {
      arguments.add(option);
    }
  }

  /** How long to measure. */
  Effort effort() {
    Effort effort = quick ? Effort.QUICK : Effort.FULL;
    return runs == 0 ? effort : effort.withRounds(runs);
  }

  /** Whether the row was asked for. */
  boolean wants(Row row) {
    return rows == null ? !leavesOut(row) : rows.matcher(row.name()).find();
  }

  /** Whether a run that was to be quick is so without this row. */
  boolean leavesOut(Row row) {
    return quick && rows == null && !row.isQuick();
  }

  /**
   * What the cost of is to be measured.
   *
   * @throws IllegalArgumentException if a rule is wrong
   */
  Burden burden() {
    return new Burden(faults.stream().map(Fault::parse).toList(), ring);
  }
}

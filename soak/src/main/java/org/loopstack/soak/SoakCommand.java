// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The command {@code lo soak}. */
@CommandLine.Command(
    name = "soak",
    description = {
      "Run TCP between two stacks over a hostile wire, in virtual time: loss, bursts, reordering,"
          + " duplicates, damage, delay, changes of the MTU, outages; slow and pausing"
          + " applications. A seed decides everything.",
      "",
      "Of each seed every byte has to arrive, in order and once, both ends have to close, nothing"
          + " may be left, and no stall may be longer than what the wire did accounts for. A seed"
          + " that fails is shown with its plan and with the command that runs it again."
    })
public final class SoakCommand implements Callable<Integer> {
  private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(s|m|h)");
  private static final long PROGRESS_EVERY = 2_000_000_000L;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @CommandLine.Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many seeds to run. The default is ${DEFAULT-VALUE}.")
  private long seeds = 200;

  @CommandLine.Option(
      names = "--from",
      paramLabel = "SEED",
      description = "The first seed. The default is ${DEFAULT-VALUE}.")
  private long from = 1;

  @CommandLine.Option(
      names = "--parallel",
      paramLabel = "K",
      description = "On how many threads. The default is ${DEFAULT-VALUE}.")
  private int parallel = 1;

  @CommandLine.Option(
      names = "--time",
      paramLabel = "LIMIT",
      description = "Begin no seed after so long: 30s, 10m, 2h.")
  private @Nullable String time;

  @CommandLine.Option(names = "--plan", description = "With --seeds 1: print the seed's plan.")
  private boolean plan;

  @CommandLine.Option(
      names = "--trace",
      description = "With --seeds 1: print every datagram and what becomes of it.")
  private boolean trace;

  @CommandLine.Option(
      names = "--capture",
      paramLabel = "FILE",
      description =
          "With --seeds 1: write what the hosts send, as it is before the wire, for tcpdump and"
              + " Wireshark.")
  private @Nullable Path capture;

  @CommandLine.Option(
      names = "--goodput",
      description = "Run no seeds: measure goodput over lossy paths, beside the models.")
  private boolean goodput;

  private long toldAt;

  @Override
  public Integer call() throws IOException, InterruptedException, ErrnoException {
    Duration limit = check();
    PrintWriter out = spec.commandLine().getOut();
    if (goodput) {
      out.print(Goodput.document(Goodput.measure(Goodput.RUNS)));
      out.flush();
      return CommandLine.ExitCode.OK;
    }
    boolean passed = plan || trace || capture != null ? replay(out) : soak(out, limit);
    out.flush();
    return passed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private Duration check() {
    if (seeds < 1) {
      throw wrong("--seeds is " + seeds + ", not at least 1");
    }
    if (parallel < 1 || parallel > 1024) {
      throw wrong("--parallel is " + parallel + ", not in 1..1024");
    }
    if ((plan || trace || capture != null) && seeds != 1) {
      throw wrong("--plan, --trace and --capture are for one seed: give --seeds 1");
    }
    return time == null ? Duration.ofDays(365) : duration(time);
  }

  private Duration duration(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      throw wrong("--time is " + text + ", not a time as 30s, 10m or 2h");
    }
    long n = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(n);
      case "m" -> Duration.ofMinutes(n);
      default -> Duration.ofHours(n);
    };
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private boolean soak(PrintWriter out, Duration limit) throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    toldAt = System.nanoTime();
    long[] done = new long[2];
    Soak.Summary summary =
        new Soak(
                from,
                seeds,
                limit,
                result -> {
                  done[0]++;
                  if (!result.passed()) {
                    done[1]++;
                    fail(out, result);
                  }
                  tell(err, done[0], done[1]);
                })
            .run(parallel);
    out.println(summary);
    return summary.failed().isEmpty();
  }

  private void tell(PrintWriter err, long done, long failed) {
    long now = System.nanoTime();
    if (now - toldAt >= PROGRESS_EVERY) {
      toldAt = now;
      err.printf(Locale.ROOT, "%d of %d seeds, %d failed%n", done, seeds, failed);
      err.flush();
    }
  }

  private boolean replay(PrintWriter out) throws IOException {
    Plan of = Plan.of(from);
    if (plan) {
      out.println("seed " + from + ": " + of);
    }
    SeedResult result;
    try (Pcap file = capture == null ? null : new Pcap(capture)) {
      result = World.run(of, new Replay(trace ? out : null, file));
    }
    if (!result.passed()) {
      fail(out, result);
    }
    out.printf(
        Locale.ROOT,
        "seed %d %s: %d datagrams, %.1f s of virtual time, %s%n",
        from,
        result.passed() ? "passed" : "failed",
        result.datagrams(),
        result.nanos() / 1e9,
        result.fates());
    return result.passed();
  }

  private static void fail(PrintWriter out, SeedResult result) {
    out.println(result.report());
    Throwable cause = result.cause();
    if (cause != null) {
      cause.printStackTrace(out);
    }
    out.flush();
  }
}

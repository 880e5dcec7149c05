// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.bench.Affinity;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.JavaProcess;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Sides;
import org.loopstack.bench.ThreadKind;
import org.loopstack.bench.Unit;

/**
 * One byte there and back between two virtual threads, where the whole process has one CPU: both
 * sides in turns in one JVM of their own, which lives as long as this one.
 */
public final class PinnedRoundTrip implements Row {
  /** So many rounds, since the compiler has no CPU of its own. */
  private static final int WARM_UPS = 5;

  /** Between the words of a recipe, which may have spaces in them. */
  private static final String SEPARATOR = "\t";

  private final Bar bar;
  private @Nullable Pinned pinned;

  /** One byte there and back on one CPU. */
  public PinnedRoundTrip(Bar bar) {
    this.bar = bar;
  }

  @Override
  public String name() {
    return "1-byte round trip, virtual threads, pinned to one CPU";
  }

  @Override
  public String note() {
    return "both sides in one JVM on one CPU, which has one carrier then";
  }

  @Override
  public Unit unit() {
    return Unit.MICROSECONDS;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public int warmUps(Effort effort) {
    return effort.quick() ? 3 * WARM_UPS : WARM_UPS;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    Pinned there = pinned;
    if (there == null) {
      there = new Pinned();
      pinned = there;
    }
    return new Sample(there.micros(side.recipe(), effort.nanos()), 0);
  }

  /** The JVM on one CPU. It ends with its input, which this JVM's end closes. */
  private static final class Pinned {
    private final Writer questions;
    private final BufferedReader answers;

    Pinned() throws Exception {
      List<String> options =
          List.of(
              "-Djdk.virtualThreadScheduler.parallelism=1",
              "-Djdk.virtualThreadScheduler.maxPoolSize=256");
      Process process =
          Affinity.startOnOneCpu(
              JavaProcess.like(options, PinnedRoundTrip.class, List.of())
                  .redirectError(ProcessBuilder.Redirect.INHERIT));
      questions = process.outputWriter(StandardCharsets.UTF_8);
      answers = process.inputReader(StandardCharsets.UTF_8);
    }

    double micros(List<String> recipe, long nanos) throws IOException {
      questions.write(nanos + SEPARATOR + String.join(SEPARATOR, recipe) + "\n");
      questions.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IOException("the JVM for it has ended");
      }
      return Double.parseDouble(answer);
    }
  }

  /**
   * Runs in the JVM of its own: reads a time in nanoseconds and a recipe, one pair a line, and
   * prints the microseconds of a round trip.
   *
   * @param args none
   */
  public static void main(String[] args) throws Exception {
    if (Runtime.getRuntime().availableProcessors() != 1) {
      throw new IllegalStateException("this JVM is to have one CPU");
    }
    Map<List<String>, Side> sides = new HashMap<>();
    RoundTrip row = new RoundTrip(ThreadKind.VIRTUAL, new Bar.None());
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = questions.readLine()) != null; ) {
      List<String> words = List.of(line.split(SEPARATOR));
      List<String> recipe = words.subList(1, words.size());
      Side side = sides.get(recipe);
      if (side == null) {
        side = Sides.of(recipe);
        sides.put(recipe, side);
      }
      long nanos = Long.parseLong(words.getFirst());
      System.out.println(row.measure(side, new Effort(1, 0, nanos, true)).value());
    }
    System.exit(0);
  }
}

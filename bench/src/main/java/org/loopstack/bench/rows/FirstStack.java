// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.loopstack.bench.AotCache;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.JavaProcess;
import org.loopstack.bench.KernelSide;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Sides;
import org.loopstack.bench.Unit;

/**
 * The first stack of a JVM and a round trip on it, while the JVM itself and its java.nio are warm:
 * measured in a JVM of its own each time, which has used the kernel's loopback before.
 */
public final class FirstStack implements Row {
  private static final int WARM_UP = 200;

  /** The side of which nothing has to be loaded any more. */
  private static final String KERNEL = "kernel";

  private final Bar bar;
  private final boolean cached;

  /** The cache of each side, once it is made. */
  private final Map<List<String>, AotCache> caches = new HashMap<>();

  private FirstStack(Bar bar, boolean cached) {
    this.bar = bar;
    this.cached = cached;
  }

  /** The first stack of a JVM that has never heard of one. */
  public static FirstStack cold(Bar bar) {
    return new FirstStack(bar, false);
  }

  /** The same, in a JVM that has its classes from the AOT cache of an earlier run. */
  public static FirstStack cached(Bar bar) {
    return new FirstStack(bar, true);
  }

  @Override
  public String name() {
    return "the first stack of a JVM" + (cached ? " with an AOT cache" : "") + ", a round trip";
  }

  @Override
  public Unit unit() {
    return Unit.MILLISECONDS;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public String note() {
    return "each in a new JVM that has used the kernel's loopback " + WARM_UP + " times";
  }

  /** What has no bar can wait. */
  @Override
  public boolean isQuick() {
    return cached;
  }

  @Override
  public int warmUps(Effort effort) {
    return 0;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    List<String> recipe = side.recipe();
    if (cached && !side.name().equals(KERNEL) && !caches.containsKey(recipe)) {
      caches.put(recipe, AotCache.train(FirstStack.class, recipe));
    }
    AotCache cache = caches.get(recipe);
    List<String> options = cache == null ? List.of() : cache.options();
    Process child =
        JavaProcess.like(options, FirstStack.class, recipe)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    child.getOutputStream().close();
    String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (child.waitFor() != 0) {
      throw new IOException("the JVM for it ended with status " + child.exitValue());
    }
    return new Sample(Long.parseLong(printed.strip()) / 1e6, 0);
  }

  /**
   * Runs in the JVM of its own; prints the nanoseconds.
   *
   * @param args the side's recipe
   */
  public static void main(String[] args) throws IOException {
    try (Side kernel = new KernelSide(null)) {
      for (int i = 0; i < WARM_UP; i++) {
        ServedRoundTrip.run(kernel);
      }
    }
    long start = System.nanoTime();
    try (Side side = Sides.of(List.of(args))) {
      ServedRoundTrip.run(side);
      System.out.printf(Locale.ROOT, "%d%n", System.nanoTime() - start);
    }
  }
}

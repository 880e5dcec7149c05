// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
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

  private final Bar bar;

  /** The first stack of a JVM. */
  public FirstStack(Bar bar) {
    this.bar = bar;
  }

  @Override
  public String name() {
    return "the first stack of a JVM, a served round trip";
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

  @Override
  public int warmUps(Effort effort) {
    return 0;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    Process child =
        JavaProcess.like(FirstStack.class, side.recipe().toArray(String[]::new))
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

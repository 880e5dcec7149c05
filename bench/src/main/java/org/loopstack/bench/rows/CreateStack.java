// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Unit;

/** A side opened, used for one round trip and closed, again and again in one JVM. */
public final class CreateStack implements Row {
  /** Bounds how many of the machine's ports stay taken after it. */
  private static final int COUNT = 500;

  @Override
  public String name() {
    return "a stack, a served round trip, close; again";
  }

  @Override
  public Unit unit() {
    return Unit.MICROSECONDS;
  }

  @Override
  public Bar bar() {
    return new Bar.None();
  }

  @Override
  public String note() {
    return "the kernel's side has nothing to create";
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < COUNT; i++) {
      try (Side another = side.another()) {
        ServedRoundTrip.run(another);
      }
    }
    return new Sample((System.nanoTime() - start) / 1e3 / COUNT, COUNT);
  }
}

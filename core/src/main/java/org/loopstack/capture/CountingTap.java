// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.util.concurrent.atomic.LongAdder;

/** What a capture counts at one interface. */
final class CountingTap {
  private final InterfaceTap tap;
  private final long startNanos;
  private final LongAdder seen = new LongAdder();
  private final LongAdder captured = new LongAdder();
  private final LongAdder lost = new LongAdder();

  CountingTap(InterfaceTap tap) {
    this.tap = tap;
    this.startNanos = tap.epochNanos();
  }

  InterfaceTap tap() {
    return tap;
  }

  long startNanos() {
    return startNanos;
  }

  /** One has passed. */
  void see() {
    seen.increment();
  }

  /** One was taken. */
  void capture() {
    captured.increment();
  }

  /** One was wanted, and there was no room. */
  void lose() {
    lost.increment();
  }

  /** One that was taken is lost all the same. */
  void loseCaptured() {
    captured.decrement();
    lost.increment();
  }

  CapturedStatistics statistics() {
    long missing = lost.sum();
    return new CapturedStatistics(tap.described(), seen.sum(), captured.sum() + missing, missing);
  }
}

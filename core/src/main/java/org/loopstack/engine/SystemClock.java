// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.time.Instant;

/** The machine's clock. */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  // System.nanoTime may be negative; readings relative to the first one never are.
  private final long origin = System.nanoTime();

  private SystemClock() {}

  @Override
  public long nanos() {
    return System.nanoTime() - origin;
  }

  @Override
  public long epochNanos() {
    Instant now = Instant.now();
    return Math.addExact(
        Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), (long) now.getNano());
  }
}

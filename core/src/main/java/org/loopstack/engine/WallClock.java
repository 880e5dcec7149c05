// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.time.Instant;
import java.time.ZoneId;

/** Virtual time as the JDK's interface for clocks. */
final class WallClock extends java.time.Clock {
  private static final long SECOND = 1_000_000_000L;

  private final VirtualClock clock;
  private final ZoneId zone;

  WallClock(VirtualClock clock, ZoneId zone) {
    this.clock = clock;
    this.zone = zone;
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public java.time.Clock withZone(ZoneId other) {
    return new WallClock(clock, other);
  }

  @Override
  public Instant instant() {
    long nanos = clock.epochNanos();
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WallClock that && clock == that.clock && zone.equals(that.zone);
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(clock) * 31 + zone.hashCode();
  }

  @Override
  public String toString() {
    return clock + " in " + zone;
  }
}

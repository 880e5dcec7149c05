// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters that every packet moves, and hardly anybody reads. Each thread counts in a place of its
 * own from the first time on: where two take turns, a {@link
 * java.util.concurrent.atomic.LongAdder}, which waits for a collision, would carry one cache line
 * to and fro for each counter and packet. Safe for use by many threads.
 */
public final class Tallies {
  /** Threads that are made one after the other count in different places. */
  private static final int PLACES =
      Math.min(64, Integer.highestOneBit(8 * Runtime.getRuntime().availableProcessors() - 1) << 1);

  /** Numbers from one place to the next: two cache lines, since processors fetch them in pairs. */
  private static final int PITCH = 16;

  private static final int MOST = 8;

  private final AtomicLongArray counts = new AtomicLongArray(PLACES * PITCH);

  /**
   * All zero.
   *
   * @param counters how many there are, 1 to 8
   */
  public Tallies(int counters) {
    if (counters < 1 || counters > MOST) {
      throw new IllegalArgumentException("1 to " + MOST + " counters: " + counters);
    }
  }

  /** Where the calling thread counts: to be asked once for several counters. */
  public static int place() {
    return ((int) Thread.currentThread().threadId() & PLACES - 1) * PITCH;
  }

  /**
   * Counts.
   *
   * @param place what {@link #place} says to this thread
   * @param counter which, from 0 on
   */
  public void add(int place, int counter, long amount) {
    long _ = counts.getAndAdd(place + counter, amount);
  }

  /** What all threads together have counted. */
  public long sum(int counter) {
    long sum = 0;
    for (int at = counter; at < PLACES * PITCH; at += PITCH) {
      sum += counts.get(at);
    }
    return sum;
  }
}

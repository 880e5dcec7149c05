// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/**
 * How long to measure.
 *
 * @param rounds how often each side is measured
 * @param warmUps how often before that
 * @param nanos about how long each measurement takes
 * @param quick whether an answer soon is worth more than a precise one
 */
public record Effort(int rounds, int warmUps, long nanos, boolean quick) {
  /** Everything in less than 50 seconds. */
  public static final Effort QUICK = new Effort(4, 3, 150_000_000, true);

  /** A few minutes. */
  public static final Effort FULL = new Effort(7, 3, 1_000_000_000, false);

  /**
   * The same with another number of rounds.
   *
   * @throws IllegalArgumentException if there are fewer than 1
   */
  public Effort withRounds(int newRounds) {
    if (newRounds < 1) {
      throw new IllegalArgumentException("rounds: " + newRounds + " (at least 1)");
    }
    return new Effort(newRounds, warmUps, nanos, quick);
  }
}

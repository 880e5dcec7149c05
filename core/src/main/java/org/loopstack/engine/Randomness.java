// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Where a stack takes its random numbers from: secrets and initial sequence numbers, ports, fault
 * probabilities. A seeded one gives the same numbers in the same order. Safe for use by many
 * threads, though only one thread gives a reproducible order.
 */
public final class Randomness {
  private final RandomGenerator generator;

  private Randomness(RandomGenerator generator) {
    this.generator = generator;
  }

  /** Numbers that nobody can predict. */
  public static Randomness secure() {
    return new Randomness(KeyedNumbers.create());
  }

  /** Numbers that follow from the seed. */
  public static Randomness seeded(long seed) {
    return new Randomness(new Random(new SplittableRandom(seed).nextLong()));
  }

  /** Any long. */
  public long nextLong() {
    return generator.nextLong();
  }

  /** Any int. */
  public int nextInt() {
    return generator.nextInt();
  }

  /**
   * A number from 0 up to, not including, the bound.
   *
   * @param bound at least 1
   * @throws IllegalArgumentException if the bound is less than 1
   */
  public int nextInt(int bound) {
    return generator.nextInt(bound);
  }

  /** A number from 0 up to, not including, 1. */
  public double nextDouble() {
    return generator.nextDouble();
  }

  /** Fills the array. */
  public void nextBytes(byte[] bytes) {
    generator.nextBytes(bytes);
  }
}

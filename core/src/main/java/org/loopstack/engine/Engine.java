// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

/**
 * What drives a stack: its clock, its timers and its randomness. Everything in the stack that
 * depends on time, threads or chance asks the engine, so that a simulation can take its place.
 *
 * @param clock tells the time
 * @param scheduler fires the timers, on the same clock
 * @param randomness where random numbers come from
 */
public record Engine(Clock clock, Scheduler scheduler, Randomness randomness) {
  /** Real time and numbers that nobody can predict. */
  public static Engine system() {
    return new Engine(SystemClock.INSTANCE, SystemScheduler.INSTANCE, Randomness.secure());
  }

  /** Time that the caller advances and numbers that follow from the seed. */
  public static Engine virtual(VirtualClock clock, long seed) {
    return new Engine(clock, clock, Randomness.seeded(seed));
  }

  /** The present, in nanoseconds of {@link Clock#nanos}. */
  public long now() {
    return clock.nanos();
  }
}

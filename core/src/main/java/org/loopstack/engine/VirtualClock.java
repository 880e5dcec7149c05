// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until somebody advances it. Timers fire on the thread that advances, in
 * the order of their deadlines, each seeing its own deadline as the present.
 *
 * <p>Safe for use by many threads; only one of them advances at a time, the others wait for it.
 */
public final class VirtualClock implements Clock, Scheduler {
  private final ReentrantLock advancing = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final TimerHeap timers = new TimerHeap();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final long epochOrigin;
  private volatile long now;

  /** A clock that shows the start of the year 2025 (UTC) until it is advanced. */
  public VirtualClock() {
    this(Instant.parse("2025-01-01T00:00:00Z"));
  }

  /**
   * A clock that shows the given wall-clock time until it is advanced.
   *
   * @param start the wall-clock time of the origin, between the years 1678 and 2262
   */
  public VirtualClock(Instant start) {
    this.epochOrigin =
        Math.addExact(
            Math.multiplyExact(start.getEpochSecond(), 1_000_000_000L), (long) start.getNano());
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public long epochNanos() {
    return epochOrigin + now;
  }

  /**
   * Lets the given time pass: fires every timer that falls due, including those that are armed
   * meanwhile, and returns when the time has passed and nothing is left to run.
   *
   * @param duration at least zero
   * @throws IllegalArgumentException if the duration is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("Time does not run backwards: " + duration);
    }
    advanceTo(Clock.after(now, duration.toNanos()));
  }

  /**
   * Lets time pass up to a point, as {@link #advance} does.
   *
   * @param time a time of this clock; one in the past only runs what is due
   */
  public void advanceTo(long time) {
    advancing.lock();
    try {
      for (Runnable step; (step = nextStep(time)) != null; ) {
        step.run();
      }
      now = Math.max(now, time);
    } finally {
      advancing.unlock();
    }
  }

  /** Runs what is due now, without letting time pass. */
  public void runDue() {
    advanceTo(now);
  }

  /**
   * When the next timer fires.
   *
   * @return a time of this clock, the present if a task waits, or {@link Clock#NEVER}
   */
  public long nextDeadline() {
    lock.lock();
    try {
      return tasks.isEmpty() ? timers.firstDeadline() : now;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Runnable nextStep(long limit) {
    lock.lock();
    try {
      Runnable task = tasks.poll();
      if (task != null) {
        return task;
      }
      long first = timers.firstDeadline();
      if (first > limit || first == NEVER) {
        return null;
      }
      now = Math.max(now, first);
      Timer due = timers.pollDue(now);
      return due == null ? null : due::fire;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void arm(Timer timer, long deadline) {
    lock.lock();
    try {
      timers.arm(timer, deadline);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void disarm(Timer timer) {
    lock.lock();
    try {
      timers.remove(timer);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      tasks.add(task);
    } finally {
      lock.unlock();
    }
  }
}

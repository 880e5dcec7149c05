// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One wait, in real time, until nothing is left to do on a virtual clock: see {@link Quiescence}.
 */
final class Settling {
  /** The time between two looks while it is likely that it will soon be quiet, in nanoseconds. */
  private static final long SHORT_PAUSE = 1_000_000;

  /** The time between two looks when it has lasted. */
  private static final long LONG_PAUSE = 5_000_000;

  private final ThreadWatch watch;
  private final long grace;
  private final long patience;
  private final long patienceWithStrangers;

  private final long begun = System.nanoTime();
  private long progress;
  private long progressedAt = begun;
  private long stamp;
  private long quietSince = begun;

  Settling(ThreadWatch watch, Quiescence rule) {
    this.watch = watch;
    this.grace = rule.grace().toNanos();
    this.patience = rule.patience().toNanos();
    this.patienceWithStrangers = rule.patienceWithStrangers().toNanos();
    this.progress = watch.progress();
    this.stamp = watch.stamp();
  }

  /**
   * Looks once.
   *
   * @return whether it has been quiet for long enough, or patience is at an end
   */
  boolean look() {
    long now = System.nanoTime();
    long happened = watch.progress();
    if (happened != progress) {
      progress = happened;
      progressedAt = now;
    }
    // Taken before looking at the threads: what happens from here on makes the next look begin
    // anew.
    long seen = watch.stamp();
    boolean running = watch.running() != null;
    if (running && now - progressedAt >= patience && !watch.isHeld()) {
      stamp = seen;
      return true;
    }
    if (running || seen != stamp || isDisturbed(now)) {
      boolean onlyNew = !running && grace == 0 && !isDisturbed(now);
      stamp = seen;
      quietSince = now;
      return onlyNew;
    }
    return now - quietSince >= grace;
  }

  /** What had happened by the last look. */
  long stamp() {
    return stamp;
  }

  /** Waits a little before the next look; who unparks the thread ends it. */
  void pause() {
    boolean lasting = System.nanoTime() - begun > 100 * SHORT_PAUSE;
    LockSupport.parkNanos(this, lasting ? LONG_PAUSE : SHORT_PAUSE);
  }

  private boolean isDisturbed(long now) {
    if (watch.isHeld() || watch.isWaking()) {
      return true;
    }
    Thread stranger = watch.runningStranger();
    if (stranger != null && now - progressedAt >= patienceWithStrangers) {
      watch.ignore(stranger);
    }
    return stranger != null;
  }

  @Override
  public String toString() {
    return "waiting until nothing is left to do" + because(watch.running());
  }

  private static String because(@Nullable Thread running) {
    return running == null ? "" : "; " + running + " is running";
  }
}

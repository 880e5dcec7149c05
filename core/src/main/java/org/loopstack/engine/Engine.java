// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

/**
 * What drives a stack: its clock, its timers and its randomness. Everything in the stack that
 * depends on time, threads or chance asks the engine, so that a simulation can take its place.
 *
 * @param clock tells the time
 * @param scheduler fires the timers, on the same clock
 * @param randomness where random numbers come from
 * @param busyPoll for how many nanoseconds a platform thread that waits looks for a signal before
 *     it goes to sleep; 0 for not at all
 */
public record Engine(Clock clock, Scheduler scheduler, Randomness randomness, long busyPoll) {
  /** An engine whose waiting threads sleep. */
  public Engine(Clock clock, Scheduler scheduler, Randomness randomness) {
    this(clock, scheduler, randomness, 0);
  }

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

  /**
   * Takes a lock under which one thread at a time waits, in the time that the caller has. An
   * interrupt does not end the wait; the thread keeps it.
   *
   * @param deadline a time of the clock, or {@link Clock#NEVER}
   * @return whether the lock was taken
   */
  public boolean lock(Lock lock, long deadline) {
    if (deadline == Clock.NEVER) {
      lock.lock();
      return true;
    }
    if (lock.tryLock()) {
      return true;
    }
    return clock instanceof VirtualClock virtual
        ? lockInVirtualTime(lock, virtual, deadline)
        : lockInRealTime(lock, deadline);
  }

  private boolean lockInRealTime(Lock lock, long deadline) {
    boolean interrupted = false;
    boolean locked = false;
    for (long now; !locked && (now = clock.nanos()) < deadline; ) {
      try {
        locked = lock.tryLock(deadline - now, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return locked;
  }

  /**
   * The lock knows nothing of virtual time, so that we look at the clock every millisecond; the
   * timer is there for a clock that jumps to the next deadline.
   */
  private boolean lockInVirtualTime(Lock lock, VirtualClock virtual, long deadline) {
    Timer reason = new Timer(virtual, () -> {});
    reason.armNoLaterThan(deadline);
    boolean interrupted = false;
    boolean locked = false;
    while (!locked && virtual.peek() < deadline) {
      try {
        locked = lock.tryLock(1, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    reason.disarm();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return locked;
  }
}

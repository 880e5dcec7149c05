// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The thread that lets a virtual clock jump once nothing is left to do. It is there while there is
 * a deadline to jump to, and a second longer, so that a clock that nobody uses any more leaves
 * nothing behind.
 */
final class AutoAdvance {
  /** How long the thread waits for a first deadline, in real time. */
  private static final long IDLE = TimeUnit.SECONDS.toNanos(1);

  /**
   * How many jumps follow each other at once while they wake nobody: enough for all the
   * retransmissions of a connection, and a bound where keep-alive goes on for ever.
   */
  private static final int CHAIN = 64;

  private final VirtualClock clock;
  private final ThreadWatch threads;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Thread thread;
  private volatile @Nullable Settling settling;
  private volatile boolean stopped;

  AutoAdvance(VirtualClock clock) {
    this.clock = clock;
    this.threads = clock.threads();
  }

  /** Somebody asks for the time. */
  void entered() {
    Thread caller = Thread.currentThread();
    if (caller != thread) {
      threads.entered(caller);
    }
  }

  /** There may be a new deadline, or something to do at once. */
  void poke() {
    Thread running = thread;
    if (running == Thread.currentThread()) {
      return;
    }
    threads.progressed();
    if (running == null) {
      start();
    } else if (settling == null || clock.hasDue()) {
      LockSupport.unpark(running);
    }
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  private void start() {
    lock.lock();
    try {
      if (thread == null && !stopped) {
        Thread fresh =
            Thread.ofPlatform()
                .daemon()
                .name(ThreadWatch.OWN_THREADS + "virtual-time")
                .inheritInheritableThreadLocals(false)
                .unstarted(this::loop);
        thread = fresh;
        fresh.start();
      }
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    while (!stopped) {
      try {
        if (clock.hasDue()) {
          clock.runSteps();
        } else if (clock.nextDeadline() != Clock.NEVER) {
          settleAndJump();
        } else if (isForgotten()) {
          return;
        }
      } catch (Throwable failure) {
        // As with timers in real time: a task that fails must not stop the time.
        Failures.report(failure);
      }
    }
  }

  /** Waits for a deadline; if none comes, this thread is the clock's no more. */
  private boolean isForgotten() {
    LockSupport.parkNanos(this, IDLE);
    if (clock.nextDeadline() != Clock.NEVER) {
      return false;
    }
    lock.lock();
    try {
      thread = null;
      // Who set one before that has poked this thread; who does from here on starts another.
      if (clock.nextDeadline() == Clock.NEVER) {
        return true;
      }
      thread = Thread.currentThread();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void settleAndJump() {
    Settling wait = new Settling(threads, clock.quiescence());
    settling = wait;
    try {
      while (!stopped && !clock.hasDue() && clock.nextDeadline() != Clock.NEVER) {
        if (wait.look() && !clock.isSettling()) {
          jumpOn(wait.stamp());
          return;
        }
        wait.pause();
      }
    } finally {
      settling = null;
    }
  }

  /** Jumps, and again as long as nobody notices: who was quiet then still is. */
  private void jumpOn(long stamp) {
    for (int i = 0; i < CHAIN && !stopped && threads.stamp() == stamp; i++) {
      long next = clock.nextDeadline();
      if (next == Clock.NEVER) {
        return;
      }
      clock.jump(next, stamp);
    }
  }

  @Override
  public String toString() {
    Settling wait = settling;
    return wait == null ? "with no deadline" : wait.toString();
  }
}

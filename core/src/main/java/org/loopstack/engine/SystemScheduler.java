// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Timers in real time: one daemon thread for all stacks of the JVM, started when it is first
 * needed. It is a platform thread, because a retransmission must not wait for a carrier that the
 * user's virtual threads keep busy.
 */
final class SystemScheduler implements Scheduler {
  static final SystemScheduler INSTANCE = new SystemScheduler();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final TimerHeap timers = new TimerHeap();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private @Nullable Thread thread;

  /**
   * Until when the thread waits; {@link Long#MIN_VALUE} while it works. Timers that were disarmed
   * do not change it: to wake up once for nothing costs less than to be woken for each new timer.
   */
  private long waitsUntil = Long.MIN_VALUE;

  private SystemScheduler() {}

  @Override
  public void arm(Timer timer, long deadline) {
    lock.lock();
    try {
      timers.arm(timer, deadline);
      if (thread == null || deadline < waitsUntil) {
        wake();
      }
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
      wake();
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    if (thread == null) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .name("loopstack-timers")
              .inheritInheritableThreadLocals(false)
              .unstarted(this::loop);
      thread.start();
    } else if (waitsUntil != Long.MIN_VALUE) {
      // It looks at everything before it waits again.
      waitsUntil = Long.MIN_VALUE;
      changed.signal();
    }
  }

  private void loop() {
    while (true) {
      try {
        next().run();
      } catch (Throwable failure) {
        // A failing task must not take the timers of every stack with it; the JVM's handler
        // reports.
        Failures.report(failure);
      }
    }
  }

  private Runnable next() {
    lock.lock();
    try {
      while (true) {
        Runnable task = tasks.poll();
        if (task != null) {
          return task;
        }
        long now = SystemClock.INSTANCE.nanos();
        Timer due = timers.pollDue(now);
        if (due != null) {
          return due::fire;
        }
        await(timers.firstDeadline(), now);
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
  private void await(long deadline, long now) {
    waitsUntil = deadline;
    try {
      if (deadline == Clock.NEVER) {
        changed.awaitUninterruptibly();
      } else {
        long _ = changed.awaitNanos(deadline - now);
      }
    } catch (InterruptedException e) {
      // Nobody has a reason to interrupt this thread: look at the queues again.
    } finally {
      waitsUntil = Long.MIN_VALUE;
    }
  }
}

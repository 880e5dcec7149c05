// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Something that a thread of its own does, and which is expected to block. */
final class Background<T extends @Nullable Object> {
  private static final int PATIENCE_SECONDS = 30;

  private final FutureTask<T> task;
  private final Thread thread;

  private Background(FutureTask<T> task, Thread thread) {
    this.task = task;
    this.thread = thread;
  }

  static <T extends @Nullable Object> Background<T> start(boolean virtual, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread =
        virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().daemon().start(task);
    return new Background<>(task, thread);
  }

  static <T extends @Nullable Object> Background<T> start(Callable<T> work) {
    return start(false, work);
  }

  /** Returns once the thread waits. */
  Background<T> awaitParked() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      switch (thread.getState()) {
        case WAITING, TIMED_WAITING -> {
          return this;
        }
        case TERMINATED -> throw new AssertionError("It did not wait");
        default -> {
          if (System.nanoTime() > end) {
            throw new AssertionError("It does not wait");
          }
          Thread.yield();
        }
      }
    }
  }

  void interrupt() {
    thread.interrupt();
  }

  boolean isDone() {
    return task.isDone();
  }

  /** What it returned. */
  T result() throws Exception {
    try {
      return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      AssertionError stuck = new AssertionError("It still waits");
      stuck.setStackTrace(thread.getStackTrace());
      throw stuck;
    }
  }

  /** What it threw. */
  Throwable failure() throws Exception {
    try {
      T result = task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      throw new AssertionError("It returned " + result);
    } catch (ExecutionException e) {
      return e.getCause() == null ? e : e.getCause();
    }
  }
}

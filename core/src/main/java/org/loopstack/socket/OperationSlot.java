// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.nio.channels.InterruptedByTimeoutException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Timer;

/**
 * Where the one operation of a kind waits that an asynchronous channel can have at a time. The lock
 * is held while the operation is tried, so that at most one thread does; nothing is called under it
 * but the endpoint.
 */
final class OperationSlot<V extends @Nullable Object> {
  /** One try. */
  @FunctionalInterface
  interface Attempt<V extends @Nullable Object> {
    /**
     * Tries, and leaves the result with the operation.
     *
     * @return false if it has to wait
     */
    boolean tryOnce(PendingOperation<V, ?> operation) throws IOException;
  }

  private final Engine engine;
  private final StackChannelGroup group;

  /** What to throw where one is pending already. */
  private final Supplier<RuntimeException> pendingAlready;

  /** What to throw where one was cancelled or took too long. */
  private final Supplier<RuntimeException> killedBefore;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable PendingOperation<V, ?> pending;
  private @Nullable Attempt<V> attempt;
  private boolean killed;

  OperationSlot(
      Engine engine,
      StackChannelGroup group,
      Supplier<RuntimeException> pendingAlready,
      Supplier<RuntimeException> killedBefore) {
    this.engine = engine;
    this.group = group;
    this.pendingAlready = pendingAlready;
    this.killedBefore = killedBefore;
  }

  /** Refuses an operation that cannot begin now. */
  void ensureFree() {
    lock.lock();
    try {
      if (killed) {
        throw killedBefore.get();
      }
      if (pending != null) {
        throw pendingAlready.get();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins an operation, and ends it if that can be done at once.
   *
   * @param timeout nanoseconds, 0 or less for none
   */
  void begin(PendingOperation<V, ?> operation, Attempt<V> how, long timeout) {
    lock.lock();
    try {
      ensureFree();
      pending = operation;
      attempt = how;
      operation.waitIn(this);
    } finally {
      lock.unlock();
    }
    if (!retry() && timeout > 0) {
      Timer timer = new Timer(engine.scheduler(), () -> timedOut(operation));
      operation.timer(timer);
      timer.armNoLaterThan(Clock.after(engine.now(), timeout));
      if (operation.isDone()) {
        timer.disarm();
      }
    }
  }

  /** Something became possible: a thread of the group goes on. */
  void ready() {
    if (!isPending()) {
      return;
    }
    try {
      group.execute(this::retry);
    } catch (RejectedExecutionException e) {
      // The group has terminated, so that its channels are closed, and the operation has failed.
    }
  }

  private boolean isPending() {
    lock.lock();
    try {
      return pending != null;
    } finally {
      lock.unlock();
    }
  }

  /** Tries the operation that waits; returns whether none waits any more. */
  private boolean retry() {
    PendingOperation<V, ?> operation;
    Throwable failure = null;
    lock.lock();
    try {
      operation = pending;
      Attempt<V> how = attempt;
      if (operation == null || how == null) {
        return true;
      }
      try {
        if (!how.tryOnce(operation)) {
          return false;
        }
      } catch (IOException | RuntimeException e) {
        failure = e;
      }
      clear();
    } finally {
      lock.unlock();
    }
    if (failure == null) {
      operation.succeed(true);
    } else {
      operation.fail(failure, true);
    }
    return true;
  }

  private void clear() {
    pending = null;
    attempt = null;
  }

  /** Ends the operation that waits, if one does, with a failure. */
  void fail(Throwable why) {
    PendingOperation<V, ?> operation;
    lock.lock();
    try {
      operation = pending;
      clear();
    } finally {
      lock.unlock();
    }
    if (operation != null) {
      operation.fail(why, false);
    }
  }

  /** No such operation is possible any more. */
  void kill() {
    lock.lock();
    try {
      killed = true;
    } finally {
      lock.unlock();
    }
  }

  void cancelled(PendingOperation<V, ?> operation) {
    lock.lock();
    try {
      killed = true;
      if (pending == operation) {
        clear();
      }
    } finally {
      lock.unlock();
    }
  }

  private void timedOut(PendingOperation<V, ?> operation) {
    lock.lock();
    try {
      if (pending != operation) {
        return;
      }
      killed = true;
      clear();
    } finally {
      lock.unlock();
    }
    operation.fail(new InterruptedByTimeoutException(), false);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One task of an executor in virtual time, and its future. */
final class VirtualTask<V extends @Nullable Object> extends FutureTask<V>
    implements RunnableScheduledFuture<V> {
  private final VirtualExecutor executor;

  /** Nanoseconds: above zero between beginnings, below zero from end to beginning, zero once. */
  private final long period;

  private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

  /** A time of the clock. Written only while the task is in no queue. */
  private volatile long deadline;

  /** Its place among tasks of the same time. As with the deadline. */
  private long order;

  VirtualTask(VirtualExecutor executor, Callable<V> callable, long deadline, long period) {
    super(callable);
    this.executor = executor;
    this.deadline = deadline;
    this.period = period;
  }

  VirtualExecutor executor() {
    return executor;
  }

  long deadline() {
    return deadline;
  }

  /** Takes its place behind all that were given before. */
  void given(long number) {
    order = number;
  }

  @Override
  public boolean isPeriodic() {
    return period != 0;
  }

  @Override
  public void run() {
    if (period == 0) {
      super.run();
    } else if (runAndReset()) {
      long from = period > 0 ? deadline : executor.clock().nanos();
      deadline = Clock.after(from, Math.abs(period));
      executor.addAgain(this);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      executor.forget(this);
    }
    return cancelled;
  }

  @Override
  protected void done() {
    waiting.forEach(Waiter::signal);
  }

  /** Waits in virtual time; false if the deadline came first. */
  boolean awaitDone(long end) throws InterruptedException {
    return executor.await(waiting, this::isDone, end);
  }

  @Override
  public V get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    long nanos = Math.max(0, unit.toNanos(timeout));
    if (!awaitDone(Clock.after(executor.clock().nanos(), nanos))) {
      throw new TimeoutException();
    }
    return get();
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(deadline - executor.clock().nanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public int compareTo(Delayed other) {
    if (other instanceof VirtualTask<?> that && that.executor == executor) {
      int byTime = Long.compare(deadline, that.deadline);
      return byTime != 0 ? byTime : Long.compare(order, that.order);
    }
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }

  // Ordering is by time, equality by identity, as with the JDK's own tasks.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}

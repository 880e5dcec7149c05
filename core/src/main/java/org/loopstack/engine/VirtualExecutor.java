// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs tasks in virtual time, one after the other, on one thread. */
final class VirtualExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final VirtualClock clock;
  private final Engine engine;
  private final ThreadFactory factory;

  /** Where the worker waits for the next task. */
  private final Waiter idle;

  /**
   * Set for the first task by whoever gives or cancels one, not only by the worker, so that time
   * never passes it by.
   */
  private final Timer alarm;

  private final Set<Waiter> awaitingEnd = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final PriorityQueue<VirtualTask<?>> queue = new PriorityQueue<>();
  private @Nullable Thread worker;
  private long given;

  private volatile boolean shutdown;
  private volatile boolean terminated;

  VirtualExecutor(VirtualClock clock, ThreadFactory factory) {
    this.clock = clock;
    this.engine = Engine.virtual(clock, 0);
    this.factory = factory;
    this.idle = new Waiter(engine, true);
    this.alarm = new Timer(clock, this::wake);
  }

  private void wake() {
    // Also if the worker is on its way to wait: whoever advances has to wait for it.
    clock.threads().woken();
    idle.signal();
  }

  VirtualClock clock() {
    return clock;
  }

  Engine engine() {
    return engine;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return add(new VirtualTask<>(this, Executors.callable(command), in(delay, unit), 0));
  }

  @Override
  public <V extends @Nullable Object> ScheduledFuture<V> schedule(
      Callable<V> callable, long delay, TimeUnit unit) {
    return add(new VirtualTask<>(this, callable, in(delay, unit), 0));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    long nanos = positive("period", unit.toNanos(period));
    return add(new VirtualTask<>(this, Executors.callable(command), in(initialDelay, unit), nanos));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    long nanos = positive("delay", unit.toNanos(delay));
    return add(
        new VirtualTask<>(this, Executors.callable(command), in(initialDelay, unit), -nanos));
  }

  private static long positive(String what, long nanos) {
    if (nanos <= 0) {
      throw new IllegalArgumentException("The " + what + " must be above zero: " + nanos);
    }
    return nanos;
  }

  private long in(long delay, TimeUnit unit) {
    return Clock.after(clock.nanos(), Math.max(0, unit.toNanos(delay)));
  }

  @Override
  public void execute(Runnable command) {
    if (command instanceof VirtualTask<?> task && task.executor() == this) {
      put(task);
    } else {
      put(new VirtualTask<>(this, Executors.callable(command), clock.nanos(), 0));
    }
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> callable) {
    return new VirtualTask<>(this, callable, clock.nanos(), 0);
  }

  @Override
  protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
    return newTaskFor(Executors.callable(runnable, value));
  }

  private <V extends @Nullable Object> VirtualTask<V> add(VirtualTask<V> task) {
    put(task);
    return task;
  }

  private void put(VirtualTask<?> task) {
    lock.lock();
    try {
      if (shutdown) {
        throw new RejectedExecutionException("The executor was shut down: " + this);
      }
      enqueue(task);
      if (worker == null) {
        Thread thread = factory.newThread(this::work);
        if (thread == null) {
          throw new RejectedExecutionException("The factory made no thread");
        }
        worker = thread;
        clock.watch(thread);
        thread.start();
      }
    } finally {
      lock.unlock();
    }
    idle.signal();
  }

  private void enqueue(VirtualTask<?> task) {
    task.given(given++);
    queue.add(task);
    alarm.armNoLaterThan(task.deadline());
  }

  private void setAlarmAnew() {
    alarm.disarm();
    VirtualTask<?> first = queue.peek();
    if (first != null) {
      alarm.armNoLaterThan(first.deadline());
    }
  }

  /** A periodic task has run and wants to again. */
  void addAgain(VirtualTask<?> task) {
    lock.lock();
    try {
      if (task.isCancelled()) {
        return;
      }
      if (!shutdown) {
        enqueue(task);
        return;
      }
    } finally {
      lock.unlock();
    }
    task.cancel(false);
  }

  /** A cancelled task needs no place. */
  void forget(VirtualTask<?> task) {
    lock.lock();
    try {
      if (queue.remove(task)) {
        setAlarmAnew();
      }
    } finally {
      lock.unlock();
    }
    // The last one after a shutdown lets the worker end.
    idle.signal();
  }

  private void work() {
    for (VirtualTask<?> task; (task = next()) != null; ) {
      task.run();
    }
    terminated = true;
    awaitingEnd.forEach(Waiter::signal);
  }

  /** The next task, when its time has come; null once there will be none any more. */
  private @Nullable VirtualTask<?> next() {
    idle.prepare();
    try {
      while (true) {
        // Meant for the task before, or for nothing.
        boolean _ = Thread.interrupted();
        lock.lock();
        try {
          VirtualTask<?> first = queue.peek();
          if (first == null && shutdown) {
            return null;
          }
          if (first != null && first.deadline() <= clock.nanos()) {
            queue.remove();
            setAlarmAnew();
            return first;
          }
        } finally {
          lock.unlock();
        }
        idle.park(Clock.NEVER);
      }
    } finally {
      idle.done();
    }
  }

  @Override
  public void shutdown() {
    List<VirtualTask<?>> periodic = new ArrayList<>();
    lock.lock();
    try {
      shutdown = true;
      for (VirtualTask<?> task : queue) {
        if (task.isPeriodic()) {
          periodic.add(task);
        }
      }
      endIfNeverBegun();
    } finally {
      lock.unlock();
    }
    periodic.forEach(task -> task.cancel(false));
    idle.signal();
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<Runnable> left;
    lock.lock();
    try {
      shutdown = true;
      left = new ArrayList<>();
      for (VirtualTask<?> task; (task = queue.poll()) != null; ) {
        left.add(task);
      }
      setAlarmAnew();
      if (worker != null) {
        worker.interrupt();
      }
      endIfNeverBegun();
    } finally {
      lock.unlock();
    }
    idle.signal();
    return left;
  }

  private void endIfNeverBegun() {
    if (worker == null) {
      terminated = true;
    }
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return terminated;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return await(awaitingEnd, () -> terminated, in(timeout, unit));
  }

  /** Waits in virtual time, at most until the deadline, and says whether it has come true. */
  boolean await(Set<Waiter> place, BooleanSupplier done, long deadline)
      throws InterruptedException {
    Waiter waiter = new Waiter(engine);
    place.add(waiter);
    waiter.prepare();
    try {
      while (!done.getAsBoolean()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (clock.nanos() >= deadline) {
          return false;
        }
        waiter.park(deadline);
      }
      return true;
    } finally {
      waiter.done();
      place.remove(waiter);
    }
  }

  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException {
    long deadline = in(timeout, unit);
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    boolean done = false;
    try {
      for (Callable<T> task : tasks) {
        futures.add(submit(task));
      }
      done = true;
      for (Future<T> future : futures) {
        done = done && awaitDone(future, deadline);
      }
      return futures;
    } finally {
      if (!done) {
        futures.forEach(future -> future.cancel(true));
      }
    }
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return invokeAny(tasks, in(timeout, unit));
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try {
      return invokeAny(tasks, Clock.NEVER);
    } catch (TimeoutException e) {
      throw new AssertionError("never has come", e);
    }
  }

  /** One thread runs them in turn, so that the first to succeed is the first in order. */
  private <T extends @Nullable Object> T invokeAny(
      Collection<? extends Callable<T>> tasks, long deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("No tasks");
    }
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    ExecutionException failed = null;
    try {
      for (Callable<T> task : tasks) {
        futures.add(submit(task));
      }
      for (Future<T> future : futures) {
        if (!awaitDone(future, deadline)) {
          throw new TimeoutException();
        }
        try {
          return future.get();
        } catch (ExecutionException e) {
          failed = e;
        } catch (CancellationException e) {
          failed = new ExecutionException(e);
        }
      }
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
    throw failed == null ? new ExecutionException(null) : failed;
  }

  private static boolean awaitDone(Future<?> future, long deadline) throws InterruptedException {
    return ((VirtualTask<?>) future).awaitDone(deadline);
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      String state = terminated ? "terminated" : shutdown ? "shutting down" : "running";
      return "VirtualExecutor[" + state + ", " + queue.size() + " tasks queued]";
    } finally {
      lock.unlock();
    }
  }
}

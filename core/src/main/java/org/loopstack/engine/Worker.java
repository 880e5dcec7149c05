// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A daemon thread for what must not hold up a packet, the writing of a file first of all. It sleeps
 * until it is told that there is work, lets a moment's work come together, and does it.
 *
 * <p>It runs in real time under a virtual clock, too: what it does is nothing that a stack waits
 * for. It is a platform thread, because files block and because it must not wait for a carrier that
 * the user's virtual threads keep busy.
 *
 * <p>Safe for use by many threads.
 */
public final class Worker implements AutoCloseable {
  /** How long work comes together, so that a stream of packets wakes the thread rarely. */
  private static final long GATHER_NANOS = 20_000_000;

  private final Runnable work;
  private final Thread thread;
  private final ReentrantLock working = new ReentrantLock();
  private final AtomicBoolean told = new AtomicBoolean();
  private final AtomicBoolean urged = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  /**
   * Starts the thread.
   *
   * @param name the thread's
   * @param work does all that there is to do; is never run by two threads at a time
   */
  public Worker(String name, Runnable work) {
    this.work = work;
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .inheritInheritableThreadLocals(false)
            .unstarted(this::loop);
    thread.start();
  }

  /** What the clock shows by which workers work: real time, in nanoseconds since some moment. */
  public static long nanoTime() {
    return System.nanoTime();
  }

  /** Says that there is work, which is done soon. Never blocks; cheap if that was said already. */
  public void tell() {
    if (!told.get() && told.compareAndSet(false, true)) {
      LockSupport.unpark(thread);
    }
  }

  /** Says that there is so much work that no more should come together. Never blocks. */
  public void urge() {
    if (!urged.get() && urged.compareAndSet(false, true)) {
      told.set(true);
      LockSupport.unpark(thread);
    }
  }

  /** Says that there will be no more work. Never blocks. */
  public void signalEnd() {
    ended.countDown();
  }

  /** Waits until somebody says that there will be no more work, or closes this. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** Does the work on the calling thread, after whoever does it at the moment. */
  public void run() {
    working.lock();
    try {
      work.run();
    } finally {
      working.unlock();
    }
  }

  /**
   * Ends the thread, then does the work once more on the calling thread: all that there was before
   * the call is done afterwards. An interrupt does not end it early.
   */
  @Override
  public void close() {
    closed = true;
    signalEnd();
    LockSupport.unpark(thread);
    joinThread();
    run();
  }

  private void joinThread() {
    boolean interrupted = false;
    while (thread != Thread.currentThread() && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    while (!closed) {
      if (!told.get()) {
        LockSupport.park(this);
      } else {
        gather();
        step();
      }
      // Nobody has a reason to interrupt this thread, and an interrupted one does not park.
      boolean _ = Thread.interrupted();
    }
  }

  /**
   * A wake-up left over from before must not end it early: what has just begun is still under way.
   */
  private void gather() {
    long until = System.nanoTime() + GATHER_NANOS;
    for (long left = GATHER_NANOS; left > 0 && !urged.get() && !closed; ) {
      LockSupport.parkNanos(this, left);
      boolean _ = Thread.interrupted();
      left = until - System.nanoTime();
    }
  }

  private void step() {
    // First the flags, then the work: what comes after this look is told again.
    told.set(false);
    urged.set(false);
    try {
      run();
    } catch (Throwable bug) {
      Failures.report(bug);
    }
  }
}

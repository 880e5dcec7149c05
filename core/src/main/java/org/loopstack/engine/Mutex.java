// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A lock that is one object of 32 bytes, where a {@link java.util.concurrent.locks.ReentrantLock}
 * is two of 48: an idle connection has six. It is not reentrant: a thread that takes it twice waits
 * for itself. Not fair; threads that wait are parked, and served in their order.
 */
public final class Mutex extends AbstractQueuedSynchronizer implements Lock {
  private static final int FREE = 0;
  private static final int TAKEN = 1;

  /** A free lock. */
  public Mutex() {}

  @Override
  public void lock() {
    if (!compareAndSetState(FREE, TAKEN)) {
      acquire(TAKEN);
    }
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    acquireInterruptibly(TAKEN);
  }

  @Override
  public boolean tryLock() {
    return compareAndSetState(FREE, TAKEN);
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    return tryAcquireNanos(TAKEN, unit.toNanos(time));
  }

  @Override
  public void unlock() {
    release(TAKEN);
  }

  /** Whether a thread has it now. */
  public boolean isLocked() {
    return getState() == TAKEN;
  }

  /** Not there: who waits for more than the lock waits at a {@link Waiter}. */
  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException("a Mutex has no conditions");
  }

  @Override
  protected boolean tryAcquire(int taken) {
    return compareAndSetState(FREE, TAKEN);
  }

  @Override
  protected boolean tryRelease(int taken) {
    setState(FREE);
    return true;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

/**
 * One deadline with what to do when it comes. A timer is armed again and again; it fires at most
 * once for each arming.
 *
 * <p>Arming is lazy, because a retransmission timer is pushed forward by every acknowledgement: an
 * earlier deadline moves the timer, a later one leaves it where it is. It then fires too early, and
 * its owner, finding nothing due, arms it anew. One spurious firing per timeout interval replaces
 * two heap operations per segment.
 */
public final class Timer {
  private final Scheduler scheduler;
  private final Runnable action;

  /** Where the timer stands in its heap, -1 if it is not armed. Guarded by the heap's owner. */
  int index = -1;

  /** The heap's key. Guarded by the heap's owner. */
  long deadline = Clock.NEVER;

  /** What {@link #armNoLaterThan} compares with, without a lock. */
  private volatile long armedFor = Clock.NEVER;

  /**
   * A timer, not armed.
   *
   * @param scheduler who fires it
   * @param action runs on the scheduler's thread, without any lock; must be brief and not block
   */
  public Timer(Scheduler scheduler, Runnable action) {
    this.scheduler = scheduler;
    this.action = action;
  }

  /**
   * Makes the timer fire at the deadline or before. Safe for use by many threads.
   *
   * @param deadline a time of the scheduler's clock; {@link Clock#NEVER} does nothing
   */
  public void armNoLaterThan(long deadline) {
    if (deadline < armedFor) {
      scheduler.arm(this, deadline);
    }
  }

  /** Takes the timer out of its scheduler, which then holds no reference to it. */
  public void disarm() {
    if (armedFor != Clock.NEVER) {
      scheduler.disarm(this);
    }
  }

  /** Called with the heap's lock held whenever the timer enters, moves in or leaves the heap. */
  void place(long newDeadline) {
    deadline = newDeadline;
    armedFor = newDeadline;
  }

  void fire() {
    action.run();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

/**
 * Fires timers and runs what no calling thread is left to run. Implementations are safe for use by
 * many threads and call no foreign code while they hold a lock of their own.
 */
public interface Scheduler {
  /** Makes the timer fire at the deadline, or leaves it if it fires earlier already. */
  void arm(Timer timer, long deadline);

  /** Forgets the timer. It may still fire once if it was due at that moment. */
  void disarm(Timer timer);

  /**
   * Runs the task soon, on another thread than the caller's or, in virtual time, at the next step.
   */
  void execute(Runnable task);
}

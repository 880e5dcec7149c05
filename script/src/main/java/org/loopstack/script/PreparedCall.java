// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.internet.ErrnoException;

/**
 * A system call that is under way.
 *
 * @param attempt tries to end it
 * @param blocking whether it may wait
 * @param otherwise what it returns where it may not, or when its time is up
 * @param deadline when its time is up
 */
record PreparedCall(Attempt attempt, boolean blocking, Outcome otherwise, long deadline) {
  /** One try. */
  interface Attempt {
    /** What the call returns, or null if it has to wait. */
    @Nullable Outcome run() throws ErrnoException;
  }

  /** A call that never waits. */
  static PreparedCall immediate(Attempt attempt) {
    return new PreparedCall(attempt, false, Outcome.error("EAGAIN"), Clock.NEVER);
  }

  /** A call that waits if it may. */
  static PreparedCall waiting(boolean blocking, Attempt attempt) {
    return new PreparedCall(attempt, blocking, Outcome.error("EAGAIN"), Clock.NEVER);
  }

  /** One try; a refusal is a result. */
  @Nullable Outcome tryIt() {
    try {
      return attempt.run();
    } catch (ErrnoException e) {
      return Outcome.error(e);
    }
  }
}

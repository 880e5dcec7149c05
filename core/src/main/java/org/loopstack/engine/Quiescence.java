// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.time.Duration;

/**
 * When a {@link VirtualClock} believes that nothing is left to do, so that time may go on. Time
 * passes only once all of this has held, at every look, for the whole {@link #grace}:
 *
 * <ol>
 *   <li>Nobody {@linkplain VirtualClock#hold holds} the time, and nothing is due at the present.
 *   <li>No thread has been woken from a call on this clock (a read, a connect, a selection, a task
 *       of its executor) without having come to wait again. This part is exact.
 *   <li>No thread is running that the clock knows: those that have used a stack or an executor on
 *       it, and those it was {@linkplain VirtualClock#watch told of}. Waiting for a lock, a future,
 *       a queue, another thread or the JDK's clock is not running, nor is blocking in one of the
 *       JDK's native calls for input.
 *   <li>No other platform thread of the JVM is running either, virtual threads included through
 *       their carriers: it may be a thread just started that has not come to its first call yet.
 *   <li>No thread has called into a stack on this clock.
 * </ol>
 *
 * <p>What is left to luck is a thread that has been woken outside the stack, say by a future, and
 * has got no processor for the whole grace, and a thread that sleeps by the JDK's clock: that is
 * taken for idle. Code that goes on after such a sleep, or waits for something outside the JVM, has
 * to hold the time meanwhile.
 *
 * <p>A thread that never comes to rest, because it polls, must not stop the time for ever: that is
 * what the two patiences are for. Both begin anew with each wakeup, wait and timer on the clock.
 *
 * @param grace how long it must have been quiet, in real time; zero looks once, which is right
 *     where every thread concerned waits in calls on this clock only
 * @param patience how long a known thread may run, in real time, before time goes on all the same
 * @param patienceWithStrangers how long any other thread may; who has outlasted it once is not
 *     waited for again
 */
public record Quiescence(Duration grace, Duration patience, Duration patienceWithStrangers) {
  /** A grace of 10 ms, a patience of 10 s, and of 1 s with strangers. */
  public static final Quiescence STANDARD =
      new Quiescence(Duration.ofMillis(10), Duration.ofSeconds(10), Duration.ofSeconds(1));

  /**
   * @throws IllegalArgumentException if a duration is negative or more than a day
   */
  public Quiescence {
    check("grace", grace);
    check("patience", patience);
    check("patience with strangers", patienceWithStrangers);
  }

  private static void check(String what, Duration value) {
    if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("The " + what + " is 0 to 1 day: " + value);
    }
  }

  /** The same with another grace. */
  public Quiescence withGrace(Duration value) {
    return new Quiescence(value, patience, patienceWithStrangers);
  }
}

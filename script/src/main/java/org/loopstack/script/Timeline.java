// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.loopstack.engine.Clock;

/** A script's time: lets it pass, timer by timer, and compares when things happen. */
final class Timeline {
  private final Supplier<ScriptHost> host;
  private final Settings settings;

  /** How far the clock had run when the script began. */
  private final long start;

  private final LongSupplier callDeadline;
  private final Runnable afterStep;

  /** When the event before was due, since the start. */
  private long lastDue;

  /**
   * A timeline.
   *
   * @param callDeadline when a call that blocks gives up, on the clock
   * @param afterStep what to do whenever something may have changed
   */
  Timeline(
      Supplier<ScriptHost> host,
      Settings settings,
      long start,
      LongSupplier callDeadline,
      Runnable afterStep) {
    this.host = host;
    this.settings = settings;
    this.start = start;
    this.callDeadline = callDeadline;
    this.afterStep = afterStep;
  }

  long lastDue() {
    return lastDue;
  }

  void due(long time) {
    lastDue = time;
  }

  /** Since the script began. */
  long now() {
    return host.get().clock.nanos() - start;
  }

  /** What a time of the clock is since the script began. */
  long sinceStart(long clock) {
    return clock - start;
  }

  /** Lets time pass, so that a call that ends does so at its own time. */
  void advanceTo(long time) {
    while (step(time)) {
      afterStep.run();
    }
    host.get().clock.advanceTo(start + time);
    afterStep.run();
  }

  /** Runs what comes next, up to a time; false if nothing does. */
  boolean step(long limit) {
    ScriptHost h = host.get();
    long next = Math.min(h.clock.nextDeadline(), callDeadline.getAsLong());
    if (next == Clock.NEVER || next > start + limit) {
      return false;
    }
    h.clock.advanceTo(Math.max(next, h.clock.nanos()));
    return true;
  }

  /** As {@link #step}, and what follows from it. */
  boolean stepAndSettle(long limit) {
    boolean stepped = step(limit);
    if (stepped) {
      afterStep.run();
    }
    return stepped;
  }

  /** Fails if something did not happen between two times, give or take the tolerance. */
  void check(Position at, String what, EventTime.Kind kind, long from, long to, long actual) {
    if (kind == EventTime.Kind.ANY) {
      return;
    }
    double share = settings.tolerancePercent / 100 * Math.max(0, from - lastDue);
    long tolerance = Math.max(settings.tolerance, (long) share);
    if (actual < from - tolerance || actual > to + tolerance) {
      String expected = from == to ? seconds(from) : seconds(from) + "~" + seconds(to);
      throw ScriptException.failed(
          at,
          what
              + " at "
              + seconds(actual)
              + " s, expected at "
              + expected
              + " s, tolerance "
              + seconds(tolerance)
              + " s");
    }
  }

  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.6f", nanos / 1e9);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;

/**
 * Makes a script's system calls and compares what they return. A call that blocks is tried again
 * after every step of time until it ends, so that no thread waits.
 */
final class CallRunner {
  /** A call that has not ended. */
  private record Pending(Event.CallEvent event, PreparedCall call, long expectedEnd) {}

  private final SystemCalls calls;
  private final Settings settings;
  private final SystemCalls.Target target;
  private @Nullable Pending pending;

  CallRunner(SystemCalls.Target target, SystemCalls calls, Settings settings) {
    this.target = target;
    this.calls = calls;
    this.settings = settings;
  }

  /** When the call that blocks gives up, on the clock. */
  long deadline() {
    Pending p = pending;
    return p == null ? Clock.NEVER : p.call.deadline();
  }

  /**
   * Makes a call.
   *
   * @param base what a relative end of it is relative to
   */
  void call(Event.CallEvent event, long base, Timeline time) {
    finish(time);
    PreparedCall call = calls.prepare(event.call(), event.position());
    Outcome outcome = call.tryIt();
    Long end = event.end();
    if (outcome == null && !call.blocking()) {
      outcome = call.otherwise();
    }
    if (outcome == null && end == null) {
      throw ScriptException.failed(
          event.position(), "the call blocks, and the script gives it no end: TIME...TIME");
    }
    long expectedEnd = end == null ? time.now() : event.time().isRelative() ? base + end : end;
    if (outcome == null) {
      pending = new Pending(event, call, expectedEnd);
    } else {
      ended(event, outcome, expectedEnd, time);
    }
  }

  /** One call at a time: what comes next waits for the one before. */
  void finish(Timeline time) {
    Pending p = pending;
    if (p == null) {
      return;
    }
    time.advanceTo(Math.max(time.now(), p.expectedEnd + settings.tolerance));
    if (pending != null) {
      throw ScriptException.failed(p.event.position(), "the call has not ended");
    }
  }

  /** Tries the call that blocks again. */
  void retry(Timeline time) {
    Pending p = pending;
    if (p == null) {
      return;
    }
    Outcome outcome = p.call.tryIt();
    if (outcome == null && target.host().clock.nanos() >= p.call.deadline()) {
      outcome = p.call.otherwise();
    }
    if (outcome != null) {
      pending = null;
      ended(p.event, outcome, p.expectedEnd, time);
    }
  }

  private static void ended(
      Event.CallEvent event, Outcome outcome, long expectedEnd, Timeline time) {
    CallSpec call = event.call();
    Position at = event.position();
    boolean matches =
        call.result() instanceof Expression.Anything
            || Symbols.number(call.result(), at) == outcome.result();
    boolean sameError =
        call.errno() == null
            ? matches
            : outcome.errno() != null
                && Symbols.value(call.errno()) == Symbols.value(outcome.errno());
    if (!matches || !sameError) {
      String expected = call.errno() == null ? "" : " " + call.errno();
      throw ScriptException.failed(
          at, call.name() + " returns " + outcome + ", expected " + result(call, at) + expected);
    }
    if (outcome.difference() != null) {
      throw ScriptException.failed(at, call.name() + ": " + outcome.difference());
    }
    String what = call.name() + " returns";
    time.check(at, what, EventTime.Kind.ABSOLUTE, expectedEnd, expectedEnd, time.now());
  }

  private static String result(CallSpec call, Position at) {
    return call.result() instanceof Expression.Anything
        ? "anything"
        : String.valueOf(Symbols.number(call.result(), at));
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.concurrent.atomic.AtomicLong;
import org.loopstack.engine.Clock;

/** Holds each datagram as long as the law says. */
final class LateAction implements Action {
  private final Delay delay;
  private final FaultHandle rule;
  private final Line line;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong latest = new AtomicLong();

  LateAction(Delay delay, FaultHandle rule, Line line) {
    this.delay = delay;
    this.rule = rule;
    this.line = line;
  }

  @Override
  public Outcome act(Transit datagram) {
    long nanos = delay.law().next(count.getAndIncrement(), rule.randomness());
    long due = Clock.after(line.engine().now(), nanos);
    if (delay.isOrdered()) {
      due = latest.accumulateAndGet(due, Math::max);
    }
    if (line.isWatched()) {
      line.note(datagram, rule, "held " + Texts.nanos(nanos));
    }
    line.hold(datagram, rule, due);
    return Outcome.TAKEN;
  }
}

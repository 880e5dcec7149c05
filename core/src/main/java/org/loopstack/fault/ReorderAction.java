// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;

/** Holds a datagram back until so many others that match have overtaken it, or time is up. */
final class ReorderAction implements Action {
  private final int overtakers;
  private final long atMost;
  private final FaultHandle rule;
  private final Line line;
  private final LeafLock lock = new LeafLock();
  private @Nullable Transit held;
  private int left;

  ReorderAction(int overtakers, long atMost, FaultHandle rule, Line line) {
    this.overtakers = overtakers;
    this.atMost = atMost;
    this.rule = rule;
    this.line = line;
  }

  @Override
  public Outcome act(Transit datagram) {
    lock.lock();
    try {
      if (!isHolding()) {
        held = datagram;
        left = overtakers;
        line.note(datagram, rule, "held back");
        line.hold(datagram, rule, Clock.after(line.engine().now(), atMost));
        return Outcome.TAKEN;
      }
    } finally {
      lock.unlock();
    }
    return overtake(datagram);
  }

  @Override
  public Outcome letPass(Transit datagram) {
    lock.lock();
    try {
      if (!isHolding()) {
        return Outcome.UNTOUCHED;
      }
    } finally {
      lock.unlock();
    }
    return overtake(datagram);
  }

  /** Whether there is one; not if its time was up. */
  private boolean isHolding() {
    if (held != null && !line.holds(held)) {
      held = null;
    }
    return held != null;
  }

  private Outcome overtake(Transit datagram) {
    line.goOn(datagram, rule.number());
    Transit overtaken = null;
    lock.lock();
    try {
      if (isHolding() && --left == 0) {
        overtaken = held;
        held = null;
      }
    } finally {
      lock.unlock();
    }
    if (overtaken != null && line.withdraw(overtaken)) {
      line.goOn(overtaken, rule.number());
    }
    return Outcome.HANDED_ON;
  }
}

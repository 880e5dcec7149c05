// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Randomness;

/**
 * What one rule remembers in order to know to which datagrams it is applied: {@link When} at work.
 */
final class Gate {
  /** How far one count has come. */
  private static final class Count {
    private long matched;
    private long applied;
  }

  private final When when;
  private final Engine engine;
  private final long begins;
  private final long ends;
  private final LeafLock lock = new LeafLock();
  private final Count all = new Count();
  private final @Nullable ConnectionTable<Count> each;
  private boolean bad;

  Gate(When when, Engine engine) {
    this.when = when;
    this.engine = engine;
    begins = Clock.after(engine.now(), when.after());
    ends = Clock.after(begins, when.during());
    each = when.perConnection() ? new ConnectionTable<>(Count::new) : null;
  }

  /** Whether it is the rule's time. */
  boolean isTime() {
    if (!when.hasWindow()) {
      return true;
    }
    long now = engine.now();
    return begins <= now && now < ends;
  }

  /** Whether the rule is applied to a datagram that matches; counts it. */
  boolean opensFor(Transit datagram, Randomness random) {
    if (!when.counts()) {
      return isChosen(random);
    }
    lock.lock();
    try {
      Count count = each == null ? all : each.of(datagram);
      long n = count.matched++ - when.skip();
      boolean opens =
          n >= 0 && (n + 1) % when.every() == 0 && count.applied < when.times() && isChosen(random);
      if (opens) {
        count.applied++;
      }
      return opens;
    } finally {
      lock.unlock();
    }
  }

  private boolean isChosen(Randomness random) {
    double p = when.probability();
    if (p == 1) {
      return true;
    }
    if (when.burst() == 0) {
      return random.nextDouble() < p;
    }
    // The two-state model of Gilbert, "Capacity of a Burst-Noise Channel" (1960): bursts end with
    // probability 1/burst, and begin so often that p of all datagrams fall in one.
    lock.lock();
    try {
      double turns = bad ? 1 / when.burst() : p / (when.burst() * (1 - p));
      if (random.nextDouble() < turns) {
        bad = !bad;
      }
      return bad;
    } finally {
      lock.unlock();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Timer;

/**
 * Datagrams that wait for their time. They go on in the order of their times, and those of one time
 * in the order in which they came. Safe for use by many threads.
 */
final class HoldQueue {
  /** Where datagrams go when their time has come; called without a lock. */
  interface Exit {
    void release(Transit datagram, long ruleNumber);
  }

  private record Held(long due, long order, long ruleNumber, Transit datagram)
      implements Comparable<Held> {
    @Override
    public int compareTo(Held other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final Engine engine;
  private final Exit exit;
  private final Timer timer;
  private final LeafLock lock = new LeafLock();
  private final PriorityQueue<Held> held = new PriorityQueue<>();
  private long order;
  private boolean closed;

  HoldQueue(Engine engine, Exit exit) {
    this.engine = engine;
    this.exit = exit;
    this.timer = new Timer(engine.scheduler(), this::fire);
  }

  /** Holds a datagram, whose bytes must be its own, until the time comes. */
  void hold(Transit datagram, long ruleNumber, long due) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      held.add(new Held(due, order++, ruleNumber, datagram));
    } finally {
      lock.unlock();
    }
    timer.armNoLaterThan(due);
  }

  /** Whether the datagram waits. */
  boolean contains(Transit datagram) {
    lock.lock();
    try {
      for (Held each : held) {
        if (each.datagram() == datagram) {
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a datagram out before its time; returns whether it was there. */
  boolean withdraw(Transit datagram) {
    lock.lock();
    try {
      return held.removeIf(each -> each.datagram() == datagram);
    } finally {
      lock.unlock();
    }
  }

  /** How many wait. */
  int size() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  private void fire() {
    try {
      for (Held next; (next = pollDue()) != null; ) {
        exit.release(next.datagram(), next.ruleNumber());
      }
    } finally {
      lock.lock();
      Held first = held.peek();
      lock.unlock();
      timer.armNoLaterThan(first == null ? Clock.NEVER : first.due());
    }
  }

  private @Nullable Held pollDue() {
    long now = engine.now();
    lock.lock();
    try {
      Held first = held.peek();
      if (first == null || first.due() > now) {
        return null;
      }
      return held.remove();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets all that wait; what comes later is forgotten at once. */
  void close() {
    lock.lock();
    try {
      closed = true;
      held.clear();
    } finally {
      lock.unlock();
    }
    timer.disarm();
  }
}

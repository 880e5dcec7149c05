// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Mutex;
import org.loopstack.engine.Timer;

/**
 * The records of connections in TIME-WAIT in the order in which they end: all wait equally long, so
 * that a queue with one timer does. Safe for use by many threads; its lock is a leaf.
 */
final class TimeWaits implements Runnable {
  /** How far from the end a place is looked for: threads come in nearly the right order. */
  private static final int REACH = 16;

  private final Engine engine;
  private final Timer timer;
  private final Mutex lock = new Mutex();

  /** A ring, in which those that were removed leave holes. Its length is a power of 2. */
  private @Nullable TimeWait[] ring = new @Nullable TimeWait[16];

  /** The number of the first, and of the one that comes next; they wrap. */
  private int head;

  private int tail;
  private int live;

  TimeWaits(Engine engine) {
    this.engine = engine;
    this.timer = new Timer(engine.scheduler(), this);
  }

  /**
   * Sees to it that the record ends when it should.
   *
   * @return false if its deadline is before that of many others, so that it has no place here
   */
  boolean add(TimeWait record) {
    lock.lock();
    try {
      if (tail - head == ring.length) {
        rearrange();
      }
      int place = placeFor(record.deadline);
      if (tail - place > REACH) {
        return false;
      }
      for (int n = tail++; n != place; n--) {
        put(n, ring[slot(n - 1)]);
      }
      put(place, record);
      live++;
    } finally {
      lock.unlock();
    }
    timer.armNoLaterThan(record.deadline);
    return true;
  }

  /** Behind the last one that ends no later, if that is not too far away. */
  private int placeFor(long deadline) {
    int place = tail;
    while (place != head && tail - place <= REACH) {
      TimeWait before = ring[slot(place - 1)];
      if (before != null && before.deadline <= deadline) {
        break;
      }
      place--;
    }
    return place;
  }

  /** Closes the holes, or makes room if there are few. */
  private void rearrange() {
    @Nullable TimeWait[] old = ring;
    int from = head;
    int to = tail;
    ring = new @Nullable TimeWait[live > old.length / 2 ? old.length * 2 : old.length];
    head = 0;
    tail = 0;
    for (int n = from; n != to; n++) {
      TimeWait record = old[n & (old.length - 1)];
      if (record != null) {
        put(tail++, record);
      }
    }
  }

  private int slot(int number) {
    return number & (ring.length - 1);
  }

  private void put(int number, @Nullable TimeWait record) {
    ring[slot(number)] = record;
    if (record != null) {
      record.number = number;
    }
  }

  /** Forgets the record, if it is still here. */
  void remove(TimeWait record) {
    lock.lock();
    try {
      int at = slot(record.number);
      if (ring[at] == record) {
        ring[at] = null;
        live--;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The timer has fired: ends those whose time has come. */
  @Override
  public void run() {
    long now = engine.now();
    for (TimeWait due; (due = pollDue(now)) != null; ) {
      due.end(now);
    }
    timer.armNoLaterThan(firstDeadline());
  }

  private @Nullable TimeWait pollDue(long now) {
    lock.lock();
    try {
      TimeWait first = first();
      if (first == null || first.deadline > now) {
        return null;
      }
      ring[slot(head++)] = null;
      live--;
      return first;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable TimeWait first() {
    while (head != tail) {
      TimeWait first = ring[slot(head)];
      if (first != null) {
        return first;
      }
      head++;
    }
    return null;
  }

  private long firstDeadline() {
    lock.lock();
    try {
      TimeWait first = first();
      return first == null ? Clock.NEVER : first.deadline;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing ends by itself any more. */
  void close() {
    timer.disarm();
  }
}

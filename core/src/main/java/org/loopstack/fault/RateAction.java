// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Timer;
import org.loopstack.wire.DropReason;

/**
 * Lets datagrams pass at a rate. One datagram is being sent, others wait behind it. The bucket is
 * kept as the time at which it will be full again: what is sent moves that time on.
 */
final class RateAction implements Action {
  private final RateLimit limit;
  private final FaultHandle rule;
  private final Line line;
  private final Timer timer;
  private final LeafLock lock = new LeafLock();
  private final ArrayDeque<Transit> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private @Nullable Transit sending;
  private long sentAt;
  private long fullAt;

  /** Whether the timer hands on what it has taken out: newcomers must not overtake that. */
  private boolean handingOn;

  RateAction(RateLimit limit, FaultHandle rule, Line line) {
    this.limit = limit;
    this.rule = rule;
    this.line = line;
    this.timer = new Timer(line.engine().scheduler(), this::fire);
  }

  @Override
  public Outcome act(Transit datagram) {
    List<Transit> lost = new ArrayList<>();
    long due = Clock.NEVER;
    long now = line.engine().now();
    lock.lock();
    try {
      if (sending == null && !handingOn) {
        long done = charge(datagram.length(), now);
        if (done <= now) {
          return Outcome.UNTOUCHED;
        }
        datagram.keep();
        sending = datagram;
        sentAt = done;
        due = done;
      } else {
        enqueue(datagram, lost);
      }
    } finally {
      lock.unlock();
    }
    timer.armNoLaterThan(due);
    for (Transit each : lost) {
      line.note(each, rule, "dropped from the full queue");
      line.drop(each, DropReason.FAULT_RULE);
    }
    return Outcome.TAKEN;
  }

  /** Takes the tokens for so many bytes; returns when there are enough. */
  private long charge(int bytes, long now) {
    fullAt = Math.max(fullAt, now) + limit.nanos(bytes);
    return Math.max(now, fullAt - limit.nanos(limit.burst()));
  }

  private void enqueue(Transit datagram, List<Transit> lost) {
    int length = datagram.length();
    if (length > limit.queue()) {
      lost.add(datagram);
      return;
    }
    while (waitingBytes + length > limit.queue()) {
      if (limit.discipline() != RateLimit.Discipline.HEAD_DROP) {
        lost.add(datagram);
        return;
      }
      Transit oldest = waiting.remove();
      waitingBytes -= oldest.length();
      lost.add(oldest);
    }
    datagram.keep();
    if (limit.discipline() == RateLimit.Discipline.MARK
        && waitingBytes + length > limit.queue() / 3
        && EcnMark.set(datagram)) {
      line.note(datagram, rule, "marked");
    }
    waiting.add(datagram);
    waitingBytes += length;
  }

  private void fire() {
    for (Transit next; (next = takeSent()) != null; ) {
      line.note(next, rule, "slowed down");
      line.goOn(next, rule.number());
    }
    long due;
    lock.lock();
    due = sending == null ? Clock.NEVER : sentAt;
    lock.unlock();
    timer.armNoLaterThan(due);
  }

  /** Takes out the datagram that has been sent by now, and begins to send the next. */
  private @Nullable Transit takeSent() {
    long now = line.engine().now();
    lock.lock();
    try {
      Transit sent = sending;
      handingOn = sent != null && sentAt <= now;
      if (!handingOn || sent == null) {
        // Who came while the last one was handed on waits, but nobody sends.
        if (sent == null && !waiting.isEmpty()) {
          begin(now);
        }
        return null;
      }
      sending = null;
      if (!waiting.isEmpty()) {
        begin(sentAt);
      }
      return sent;
    } finally {
      lock.unlock();
    }
  }

  private void begin(long at) {
    Transit next = waiting.remove();
    waitingBytes -= next.length();
    sending = next;
    sentAt = charge(next.length(), at);
  }

  @Override
  public int queued() {
    lock.lock();
    try {
      return waiting.size() + (sending == null ? 0 : 1);
    } finally {
      lock.unlock();
    }
  }

  /** The queue is let go in its order. */
  @Override
  public void end() {
    List<Transit> all = new ArrayList<>();
    lock.lock();
    try {
      if (sending != null) {
        all.add(sending);
      }
      all.addAll(waiting);
      sending = null;
      waiting.clear();
      waitingBytes = 0;
    } finally {
      lock.unlock();
    }
    timer.disarm();
    for (Transit each : all) {
      line.goOn(each, rule.number());
    }
  }
}

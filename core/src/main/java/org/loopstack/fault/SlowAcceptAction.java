// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.loopstack.engine.Clock;
import org.loopstack.wire.DropReason;

/**
 * Behaves as a listener whose accept queue fills up: the SYN of a connection for which there is no
 * room is dropped, as Linux drops it and counts it as TcpExtListenOverflows. A server that takes a
 * connection out of the queue now and then is imagined behind it.
 */
final class SlowAcceptAction implements Action {
  /** Whether a connection has its place. */
  private static final class Place {
    private boolean taken;
  }

  private final int backlog;
  private final long each;
  private final FaultHandle rule;
  private final Line line;
  private final LeafLock lock = new LeafLock();
  private final ConnectionTable<Place> connections = new ConnectionTable<>(Place::new);
  private int queued;
  private long nextAccept;

  /**
   * @param each nanoseconds from one accept to the next, {@link Clock#NEVER} for none at all
   */
  SlowAcceptAction(int backlog, long each, FaultHandle rule, Line line) {
    this.backlog = backlog;
    this.each = each;
    this.rule = rule;
    this.line = line;
  }

  @Override
  public Outcome act(Transit segment) {
    if (!ConnectionTable.isSyn(segment)) {
      return Outcome.UNTOUCHED;
    }
    long now = line.engine().now();
    lock.lock();
    try {
      Place place = connections.of(segment);
      if (place.taken || hasRoom(now)) {
        place.taken = true;
        return Outcome.UNTOUCHED;
      }
    } finally {
      lock.unlock();
    }
    line.note(segment, rule, "dropped, the backlog is full,");
    line.drop(segment, DropReason.FAULT_RULE);
    return Outcome.TAKEN;
  }

  /** Linux's sk_acceptq_is_full: full is one more than the backlog. */
  private boolean hasRoom(long now) {
    while (queued > 0 && nextAccept <= now) {
      queued--;
      nextAccept = Clock.after(nextAccept, each);
    }
    if (queued > backlog) {
      return false;
    }
    if (queued++ == 0) {
      nextAccept = Clock.after(now, each);
    }
    return true;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Worker;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkVerdict;

/**
 * What has passed and is not written yet, bounded in bytes. Any number of threads put in, none of
 * them ever waiting; one takes out.
 */
final class PassedQueue {
  /** What a datagram takes of the memory beside its bytes, roughly. */
  static final int OVERHEAD = 160;

  private final long limit;
  private final ConcurrentLinkedQueue<Passed> queue = new ConcurrentLinkedQueue<>();

  /** What is in the queue and what is about to be put on it. */
  private final AtomicLong bytes = new AtomicLong();

  PassedQueue(long limit) {
    this.limit = limit;
  }

  /**
   * Copies a datagram into the queue.
   *
   * @return whether there was room
   */
  boolean offer(
      InterfaceTap tap, LinkTap.Direction direction, Packet lent, @Nullable LinkVerdict verdict) {
    long size = lent.length() + (long) OVERHEAD;
    if (bytes.addAndGet(size) > limit) {
      bytes.addAndGet(-size);
      return false;
    }
    Passed passed = new Passed(tap, direction, lent, verdict);
    tap.recent().add(passed);
    queue.add(passed);
    return true;
  }

  /** Takes the next one, or null. */
  @Nullable Passed poll() {
    Passed next = queue.poll();
    if (next != null) {
      next.tap().recent().remove(next);
      bytes.addAndGet(-(next.length() + (long) OVERHEAD));
    }
    return next;
  }

  /** Takes the next one if what became of it is known; or null. */
  @Nullable Passed pollSettled() {
    Passed next = queue.peek();
    return next != null && next.isSettled(Worker.nanoTime()) ? poll() : null;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  boolean isHalfFull() {
    return bytes.get() > limit / 2;
  }
}

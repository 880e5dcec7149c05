// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;

/**
 * The half-open connections of one listener (RFC 4987 section 3.5) and when the SYN-ACK of each is
 * due again: a heap by deadline, served by the listener's own timer. Guarded by the listener's
 * lock, but for {@link #size} and {@link #leave}: a handshake that ends touches no lock and leaves
 * its record in the heap until the deadline, or until too many of them lie there.
 */
final class SynCache {
  private static final int SPARE = 64;

  private final TcpProtocol protocol;
  private final AtomicInteger live = new AtomicInteger();
  private @Nullable HalfOpen[] heap = new @Nullable HalfOpen[4];
  private int size;

  SynCache(TcpProtocol protocol) {
    this.protocol = protocol;
  }

  /** How many connections are half-open. */
  int size() {
    return live.get();
  }

  /** Keeps a record that has its place in the protocol's table. */
  void add(HalfOpen half) {
    live.incrementAndGet();
    protocol.memory().reserve(HalfOpen.MEMORY);
    if (size >= 2 * live.get() + SPARE) {
      sweep();
    }
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    siftUp(half, size++);
  }

  /**
   * Gives a record's place away. On any thread.
   *
   * @param to who gets it, or null for nobody
   * @return false if somebody else has it already
   */
  boolean leave(HalfOpen half, @Nullable TcpEndpoint to) {
    boolean left =
        to == null
            ? protocol.connections().remove(half.ends(), half)
            : protocol.connections().replace(half.ends(), half, to);
    if (left) {
      half.gone = true;
      live.decrementAndGet();
      protocol.memory().reserve(-HalfOpen.MEMORY);
    }
    return left;
  }

  /** Forgets all. */
  void clear() {
    for (int i = 0; i < size; i++) {
      boolean _ = leave(at(i), null);
      heap[i] = null;
    }
    size = 0;
  }

  /** How many have had no SYN-ACK sent again: those that are young. */
  int young() {
    int young = 0;
    for (int i = 0; i < size; i++) {
      HalfOpen half = at(i);
      young += half.gone || half.retries > 0 ? 0 : 1;
    }
    return young;
  }

  // ---- the heap ----

  /** When the first SYN-ACK is due again, or {@link Clock#NEVER}. */
  long deadline() {
    HalfOpen first = first();
    return first == null ? Clock.NEVER : first.deadline;
  }

  /** The record whose SYN-ACK is due next, or null. */
  @Nullable HalfOpen first() {
    while (size > 0) {
      HalfOpen first = at(0);
      if (!first.gone) {
        return first;
      }
      remove(first);
    }
    return null;
  }

  /** A record's deadline has moved on. */
  void later(HalfOpen half) {
    if (half.index >= 0) {
      siftDown(half, half.index);
    }
  }

  void remove(HalfOpen half) {
    int at = half.index;
    if (at < 0) {
      return;
    }
    half.index = -1;
    HalfOpen last = at(--size);
    heap[size] = null;
    if (last != half) {
      siftDown(last, at);
      if (last.index == at) {
        siftUp(last, at);
      }
    }
  }

  /** Throws out those that are gone, and puts the others in order. */
  private void sweep() {
    @Nullable HalfOpen[] all = heap;
    int count = size;
    heap = new @Nullable HalfOpen[Math.max(4, Integer.highestOneBit(live.get()) * 2)];
    size = 0;
    for (int i = 0; i < count; i++) {
      HalfOpen half = all[i];
      if (half != null && !half.gone) {
        if (size == heap.length) {
          heap = Arrays.copyOf(heap, size * 2);
        }
        siftUp(half, size++);
      }
    }
  }

  private HalfOpen at(int i) {
    HalfOpen half = heap[i];
    if (half == null) {
      throw new AssertionError("hole in the SYN cache at " + i);
    }
    return half;
  }

  private void put(HalfOpen half, int i) {
    heap[i] = half;
    half.index = i;
  }

  private void siftUp(HalfOpen half, int from) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      HalfOpen above = at(parent);
      if (above.deadline <= half.deadline) {
        break;
      }
      put(above, i);
      i = parent;
    }
    put(half, i);
  }

  private void siftDown(HalfOpen half, int from) {
    int i = from;
    for (int child; (child = 2 * i + 1) < size; ) {
      if (child + 1 < size && at(child + 1).deadline < at(child).deadline) {
        child++;
      }
      HalfOpen below = at(child);
      if (half.deadline <= below.deadline) {
        break;
      }
      put(below, i);
      i = child;
    }
    put(half, i);
  }
}

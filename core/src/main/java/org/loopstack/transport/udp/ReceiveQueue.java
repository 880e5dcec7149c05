// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;

/**
 * The datagrams that wait for a reader. What they cost is reserved before they are put on the
 * endpoint's inbox, so that the inbox is bounded too; reserving is safe for many threads, the rest
 * is guarded by the endpoint's lock.
 */
final class ReceiveQueue {
  /** What one of Linux's smallest packet buffers costs, and how many bytes fit into it. */
  private static final int SMALLEST = 832;

  private static final int SMALLEST_FITS = 128;

  /** What a packet buffer costs beside its data: in front of them, and behind. */
  private static final int DESCRIPTOR = 256;

  private static final int OVERHEAD = 384;
  private static final int PAGE = 4096;

  private final AtomicInteger reserved = new AtomicInteger();
  private final LongAdder drops = new LongAdder();
  private @Nullable Packet first;
  private @Nullable Packet last;
  private long bytes;

  /**
   * What Linux charges to a socket for a datagram ("truesize"), in bytes: so as many fit into a
   * receive buffer as there. 256 of 64 bytes, 92 of 1472 and 10 of 20,000 into the default one.
   */
  static int cost(int payload) {
    if (payload <= SMALLEST_FITS) {
      return SMALLEST;
    }
    int data = payload + OVERHEAD;
    int rounded =
        data <= 2 * PAGE ? Integer.highestOneBit(data - 1) << 1 : (data + PAGE - 1) / PAGE * PAGE;
    return DESCRIPTOR + rounded;
  }

  /** Reserves room for a datagram; the first one always fits. Any thread. */
  boolean reserve(int cost, int limit) {
    int before = reserved.getAndAdd(cost);
    if (before != 0 && before + cost > limit) {
      reserved.getAndAdd(-cost);
      drops.increment();
      return false;
    }
    return true;
  }

  /** Gives room back. Any thread. */
  void release(int cost) {
    reserved.getAndAdd(-cost);
  }

  boolean isEmpty() {
    return first == null;
  }

  /** What those that wait cost. */
  int reserved() {
    return reserved.get();
  }

  /** How many have found no room. */
  long drops() {
    return drops.sum();
  }

  /** The payload bytes that wait. */
  long bytes() {
    return bytes;
  }

  void add(Packet packet, int payload) {
    bytes += payload;
    Packet before = last;
    if (before == null) {
      first = packet;
    } else {
      before.setNext(packet);
    }
    last = packet;
  }

  /** Takes the oldest datagram, or null; its room is still reserved. */
  @Nullable Packet poll() {
    Packet oldest = first;
    if (oldest != null) {
      first = oldest.next();
      if (first == null) {
        last = null;
      }
      oldest.setNext(null);
    }
    return oldest;
  }

  /** A datagram that was polled is gone. */
  void taken(int payload) {
    bytes -= payload;
    release(cost(payload));
  }
}

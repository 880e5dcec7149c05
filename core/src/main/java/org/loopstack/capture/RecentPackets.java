// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;

/**
 * The datagrams of one interface of which something may still be written down, by their numbers.
 * One that stays long makes room for a newer one: what becomes of it then is not told. Safe for use
 * by many threads.
 */
final class RecentPackets {
  static final int MAX_SIZE = 1024;

  private final AtomicReferenceArray<@Nullable Passed> slots;

  /**
   * An empty table.
   *
   * @param size how many are kept at most; of more than {@link #MAX_SIZE} so many
   */
  RecentPackets(int size) {
    slots = new AtomicReferenceArray<>(Integer.highestOneBit(Math.min(size, MAX_SIZE)));
  }

  private int slot(int number) {
    return number & slots.length() - 1;
  }

  void add(Passed passed) {
    slots.set(slot(passed.number()), passed);
  }

  /** It has been written; nothing can be added. */
  void remove(Passed passed) {
    boolean _ = slots.compareAndSet(slot(passed.number()), passed, null);
  }

  /** A datagram is thrown away. */
  void drop(Packet packet, DropReason reason) {
    int number = packet.tapNumber();
    Passed passed = number == 0 ? null : slots.get(slot(number));
    if (passed != null && passed.number() == number) {
      passed.drop(reason);
    }
  }
}

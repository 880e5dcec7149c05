// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.loopstack.wire.DropReason;

/**
 * How many datagrams were thrown away, by reason. A reason that never occurs takes no memory. Safe
 * for use by many threads.
 */
public final class DropCounters {
  private final ConcurrentHashMap<DropReason, LongAdder> counts = new ConcurrentHashMap<>();

  /** All zero. */
  public DropCounters() {}

  /** Counts one datagram. */
  public void increment(DropReason reason) {
    counts.computeIfAbsent(reason, r -> new LongAdder()).increment();
  }

  /** How many datagrams were thrown away for this reason. */
  public long get(DropReason reason) {
    LongAdder count = counts.get(reason);
    return count == null ? 0 : count.sum();
  }

  /** How many datagrams were thrown away, whatever the reason. */
  public long total() {
    long sum = 0;
    for (LongAdder count : counts.values()) {
      sum += count.sum();
    }
    return sum;
  }

  /** The counts by reason; reasons that never occurred are left out. */
  public Map<DropReason, Long> all() {
    Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
    counts.forEach((reason, count) -> all.put(reason, count.sum()));
    return all;
  }
}

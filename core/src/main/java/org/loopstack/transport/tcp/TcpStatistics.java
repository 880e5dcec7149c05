// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The counters of one stack's TCP. What is rare is counted here at once; what every segment counts
 * lies in plain fields of its connection, under that connection's lock, and is added here when the
 * connection ends, or by whoever asks. Safe for use by many threads.
 */
final class TcpStatistics {
  /** How often it is asked anew while connections end; then an answer that is a little behind. */
  private static final int ATTEMPTS = 8;

  private final Map<TcpCounter, LongAdder> counts = new EnumMap<>(TcpCounter.class);

  /** How many connections have brought in what they had counted. */
  private final LongAdder ended = new LongAdder();

  TcpStatistics() {
    for (TcpCounter each : TcpCounter.values()) {
      counts.put(each, new LongAdder());
    }
  }

  /** Something has happened. */
  void increment(TcpCounter counter) {
    adder(counter).increment();
  }

  /** Something has happened so many times. */
  void add(TcpCounter counter, long count) {
    if (count != 0) {
      adder(counter).add(count);
    }
  }

  private LongAdder adder(TcpCounter counter) {
    return Objects.requireNonNull(counts.get(counter));
  }

  /** A connection has ended; with its lock held, once. */
  void ended(TcpCounters connection) {
    connection.addTo(this::add);
    ended.increment();
  }

  /** Where counts are added up. */
  interface Sums {
    /** Something has happened so many times. */
    void add(TcpCounter counter, long count);
  }

  /** All counters, by the names that {@code nstat} prints; living brings what is not here yet. */
  Map<String, Long> all(Consumer<Sums> living) {
    Map<TcpCounter, Long> sums = new EnumMap<>(TcpCounter.class);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long before = ended.sum();
      counts.forEach((counter, count) -> sums.put(counter, count.sum()));
      living.accept((counter, count) -> sums.merge(counter, count, Long::sum));
      if (ended.sum() == before) {
        break;
      }
      // One that has ended meanwhile is in neither part, or in both.
    }
    Map<String, Long> all = new TreeMap<>();
    sums.forEach((counter, count) -> all.put(counter.nstat(), count));
    return all;
  }
}

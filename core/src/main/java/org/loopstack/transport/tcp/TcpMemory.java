// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.loopstack.engine.RunQueue;
import org.loopstack.transport.info.TcpMemoryInfo;

/**
 * What all connections of one stack hold together, as Linux's tcp_mem bounds it: beyond the second
 * mark no window grows until the first is reached again; beyond the third what arrives and is
 * written has to wait. Counted are the arrays that are kept alive, whatever part of them is
 * payload. Safe for use by many threads.
 */
final class TcpMemory {
  /** Beyond this, what one connection writes drives out of the caches what others are to read. */
  static final long CROWD = 4L << 20;

  /** Where the crowd is over. */
  static final long NO_CROWD = CROWD / 2;

  private final long low;
  private final long pressure;
  private final long high;

  /** What the connections have reserved: in advance, so that they seldom meet here. */
  private final AtomicLong reserved = new AtomicLong();

  /** Who is to be told once when there is memory again. */
  private final ConcurrentLinkedQueue<RunQueue.Task> waiting = new ConcurrentLinkedQueue<>();

  private volatile boolean scarce;
  private volatile boolean crowded;
  private final LongAdder pressures = new LongAdder();
  private final LongAdder pruneCalls = new LongAdder();
  private final LongAdder outOfOrderPruned = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder collapsed = new LongAdder();

  TcpMemory(TcpConfiguration configuration) {
    low = configuration.memoryLow();
    pressure = configuration.memoryPressure();
    high = configuration.memoryHigh();
  }

  /** Takes so many bytes, or gives them back if negative. */
  void reserve(long bytes) {
    long now = reserved.addAndGet(bytes);
    boolean many = now > (crowded ? NO_CROWD : CROWD);
    if (many != crowded) {
      crowded = many;
    }
    if (scarce) {
      if (now <= low) {
        scarce = false;
      }
    } else if (now > pressure) {
      scarce = true;
      pressures.increment();
    }
    if (bytes < 0 && now <= high && !waiting.isEmpty()) {
      tellWaiting();
    }
  }

  /**
   * Has somebody told when there is memory again, which may be at once. Called inside an entry: he
   * is told, by the thread whose connection gives memory back, when that holds no lock.
   */
  void await(RunQueue.Task writer) {
    waiting.add(writer);
    if (!isExhausted()) {
      // It was given back between his look and his coming here: nobody else would tell him.
      tellWaiting();
    }
  }

  private void tellWaiting() {
    RunQueue queue = RunQueue.current();
    for (RunQueue.Task writer; (writer = waiting.poll()) != null; ) {
      queue.add(writer);
    }
  }

  /** Whether more is under way than the caches of a processor are likely to hold; a hint. */
  boolean isCrowded() {
    return crowded;
  }

  /** Whether memory is under pressure: nobody should expect more than it has. */
  boolean isScarce() {
    return scarce;
  }

  /** Whether nothing is left for what can come again later. */
  boolean isExhausted() {
    return scarce && reserved.get() > high;
  }

  /** A connection looks for what it can do without. */
  void pruning() {
    pruneCalls.increment();
  }

  /** A connection has thrown away what had come ahead of a gap. */
  void prunedOutOfOrder() {
    outOfOrderPruned.increment();
  }

  /** A connection has not taken what arrived. */
  void prunedReceived() {
    received.increment();
  }

  /** A connection has copied so many runs of bytes together. */
  void collapsed(int runs) {
    collapsed.add(runs);
  }

  /** What the inspector shows. */
  TcpMemoryInfo info() {
    Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("TcpExtPruneCalled", pruneCalls.sum());
    counters.put("TcpExtRcvPruned", received.sum());
    counters.put("TcpExtOfoPruned", outOfOrderPruned.sum());
    counters.put("TcpExtTCPRcvCollapsed", collapsed.sum());
    counters.put("TcpExtTCPMemoryPressures", pressures.sum());
    return new TcpMemoryInfo(reserved.get(), low, pressure, high, counters);
  }

  /** One connection's part. Guarded by its endpoint's lock. */
  static final class Account {
    private static final long PAGE = 4096;

    /** What may stay reserved beyond what is held, so that not every packet changes it. */
    private static final long SLACK = 64 * 1024;

    private final TcpMemory memory;
    private long reserved;

    Account(TcpMemory memory) {
      this.memory = memory;
    }

    TcpMemory memory() {
      return memory;
    }

    /** What rests with the connection; it stays reserved. */
    void carry(StateCarrier c) {
      reserved = c.carry(reserved);
    }

    /** So many bytes are held now. */
    void hold(long bytes) {
      if (bytes > reserved || reserved - bytes > SLACK || bytes == 0) {
        long wanted = (bytes + PAGE - 1) / PAGE * PAGE;
        if (wanted != reserved) {
          memory.reserve(wanted - reserved);
          reserved = wanted;
        }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Runs many seeds, on several threads if wanted: each seed is a world of its own. */
public final class Soak {
  /**
   * What became of them all.
   *
   * @param seeds how many were run
   * @param failed those that failed, in the order of their numbers
   * @param datagrams how many were sent in all
   * @param fates what the wires did to how many of them
   * @param virtualNanos how long all took together, in virtual time
   * @param nanos how long they took in real time
   */
  public record Summary(
      long seeds,
      List<Long> failed,
      long datagrams,
      Map<WireObserver.Fate, Long> fates,
      long virtualNanos,
      long nanos) {
    /** Copies what is collected. */
    public Summary {
      failed = List.copyOf(failed);
      fates = Map.copyOf(fates);
    }

    /** As {@code 200 seeds: 200 passed, 0 failed; 84123 datagrams, 21.3 h of virtual time}. */
    @Override
    public String toString() {
      return String.format(
          "%d seeds: %d passed, %d failed; %d datagrams, %.1f h of virtual time, in %.1f s",
          seeds,
          seeds - failed.size(),
          failed.size(),
          datagrams,
          virtualNanos / 3.6e12,
          nanos / 1e9);
    }
  }

  private final long first;
  private final long count;
  private final long limit;
  private final Consumer<SeedResult> each;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicLong next = new AtomicLong();
  private final List<Long> failed = new ArrayList<>();
  private final Map<WireObserver.Fate, Long> fates = new EnumMap<>(WireObserver.Fate.class);
  private long done;
  private long datagrams;
  private long virtualNanos;

  /**
   * A run.
   *
   * @param first the first seed
   * @param count how many
   * @param limit after how long no more are begun
   * @param each is told of every result as it comes, one at a time
   */
  public Soak(long first, long count, Duration limit, Consumer<SeedResult> each) {
    this.first = first;
    this.count = count;
    this.limit = limit.toNanos();
    this.each = each;
  }

  /**
   * Runs the seeds.
   *
   * @param threads at least 1
   * @throws InterruptedException if the thread was interrupted while it waited for the others
   */
  public Summary run(int threads) throws InterruptedException {
    long begun = System.nanoTime();
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      all.add(Thread.ofPlatform().daemon().name("soak-" + i).start(() -> work(begun)));
    }
    for (Thread thread : all) {
      thread.join();
    }
    failed.sort(null);
    return new Summary(done, failed, datagrams, fates, virtualNanos, System.nanoTime() - begun);
  }

  private void work(long begun) {
    while (System.nanoTime() - begun < limit) {
      long mine = next.getAndIncrement();
      if (mine >= count) {
        return;
      }
      SeedResult result = World.run(first + mine);
      lock.lock();
      try {
        add(result);
        each.accept(result);
      } finally {
        lock.unlock();
      }
    }
  }

  private void add(SeedResult result) {
    done++;
    datagrams += result.datagrams();
    virtualNanos += result.nanos();
    result.fates().forEach((fate, n) -> fates.merge(fate, (long) n, Long::sum));
    if (!result.passed()) {
      failed.add(result.plan().seed());
    }
  }
}

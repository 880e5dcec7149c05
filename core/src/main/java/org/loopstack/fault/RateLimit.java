// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;

/**
 * How much passes in a time, and what waits meanwhile: a token bucket with a bounded queue in
 * front. Immutable.
 *
 * <p>The bucket holds tokens for {@code burst} bytes and is filled at the rate; a datagram that
 * finds enough passes at once, others wait in their order. With a burst of 0, the default, it is a
 * line of that rate, on which every datagram takes the time that its bytes take.
 */
public final class RateLimit {
  /** What happens when the queue is full. */
  public enum Discipline {
    /** The datagram that comes is lost, as on most links. */
    TAIL_DROP("tail-drop"),
    /** The one that has waited longest is lost, and the sender learns of it sooner. */
    HEAD_DROP("head-drop"),
    /**
     * Datagrams that can carry a mark (ECT, RFC 3168) get it from a third of the queue on; those
     * that come when it is full are lost.
     */
    MARK("mark");

    private final String word;

    Discipline(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /** A line that is slower than a bit per second is down; a faster one than this is no limit. */
  static final long MOST_BITS = 1_000_000_000_000L;

  static final long MOST_BYTES = 1L << 40;

  private final long bitsPerSecond;
  private final long burst;
  private final long queue;
  private final Discipline discipline;

  private RateLimit(long bitsPerSecond, long burst, long queue, Discipline discipline) {
    this.bitsPerSecond = bitsPerSecond;
    this.burst = burst;
    this.queue = queue;
    this.discipline = discipline;
  }

  /**
   * A rate, with a queue of half a second but at least 1 MiB, and without bursts. So much, because
   * TCP on a loopback begins with ten segments of 64 KiB each, all of which a smaller queue would
   * lose at once.
   *
   * @param bits per second
   * @throws IllegalArgumentException if it is not 1 to 10^12
   */
  public static RateLimit bitsPerSecond(long bits) {
    Limits.check("rate in bits per second", bits, 1, MOST_BITS);
    return new RateLimit(bits, 0, Math.max(bits / 16, 1 << 20), Discipline.TAIL_DROP);
  }

  /**
   * How many bytes pass at once after a pause.
   *
   * @throws IllegalArgumentException if it is not 0 to 2^40
   */
  public RateLimit burst(long bytes) {
    return new RateLimit(
        bitsPerSecond, Limits.check("burst", bytes, 0, MOST_BYTES), queue, discipline);
  }

  /**
   * How many bytes wait, besides the datagram that is being sent; 0 for none.
   *
   * @throws IllegalArgumentException if it is not 0 to 2^40
   */
  public RateLimit queue(long bytes) {
    return new RateLimit(
        bitsPerSecond, burst, Limits.check("queue", bytes, 0, MOST_BYTES), discipline);
  }

  /** What happens when the queue is full. */
  public RateLimit discipline(Discipline newDiscipline) {
    return new RateLimit(bitsPerSecond, burst, queue, newDiscipline);
  }

  /** How long so many bytes take, in nanoseconds. */
  long nanos(long bytes) {
    return Math.round(bytes * 8e9 / bitsPerSecond);
  }

  long burst() {
    return burst;
  }

  long queue() {
    return queue;
  }

  Discipline discipline() {
    return discipline;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof RateLimit other
        && other.bitsPerSecond == bitsPerSecond
        && other.burst == burst
        && other.queue == queue
        && other.discipline == discipline;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bitsPerSecond)
        + 31 * (Long.hashCode(burst) + 31 * Long.hashCode(queue))
        + discipline.hashCode();
  }

  /** As it is written in the text of a rule: {@code bandwidth 10mbit queue 64000 head-drop}. */
  @Override
  public String toString() {
    RateLimit usual = bitsPerSecond(bitsPerSecond);
    return "bandwidth "
        + Texts.rate(bitsPerSecond)
        + (burst == 0 ? "" : " burst " + burst)
        + (queue == usual.queue ? "" : " queue " + queue)
        + (discipline == Discipline.TAIL_DROP ? "" : " " + discipline.word());
  }
}

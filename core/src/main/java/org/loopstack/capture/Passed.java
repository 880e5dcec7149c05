// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Worker;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkVerdict;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.Octets;

/**
 * A datagram that has passed, copied as it was: the checksum may still be missing, so that whoever
 * sends does not wait for it. What became of it may be written down later, by another thread.
 */
final class Passed {
  /** How long somebody may take, in real time, to find that he must throw it away. */
  private static final long SETTLING_NANOS = 50_000_000;

  private static final VarHandle DROPPED;

  static {
    try {
      DROPPED = MethodHandles.lookup().findVarHandle(Passed.class, "dropped", DropReason.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final InterfaceTap tap;
  private final long epochNanos;
  private final long taken = Worker.nanoTime();
  private final LinkTap.Direction direction;
  private final Packet copy;
  private final int number;
  private final @Nullable LinkVerdict verdict;
  private volatile @Nullable DropReason dropped;

  Passed(
      InterfaceTap tap, LinkTap.Direction direction, Packet lent, @Nullable LinkVerdict verdict) {
    this.tap = tap;
    this.epochNanos = tap.epochNanos();
    this.direction = direction;
    this.copy = lent.copy();
    this.number = lent.tapNumber();
    this.verdict = verdict;
  }

  InterfaceTap tap() {
    return tap;
  }

  long epochNanos() {
    return epochNanos;
  }

  /** Whether it was taken so long ago that what became of it is known. */
  boolean isSettled(long nanoTime) {
    return nanoTime - taken > SETTLING_NANOS;
  }

  LinkTap.Direction direction() {
    return direction;
  }

  int length() {
    return copy.length();
  }

  /** Which one of those that the taps of the interface were shown. */
  int number() {
    return number;
  }

  /** Writes down why it was thrown away; the first reason counts. */
  void drop(DropReason reason) {
    DROPPED.compareAndSet(this, null, reason);
  }

  /** All its bytes, with right checksums. */
  byte[] bytes() {
    return Datagrams.bytes(copy);
  }

  /** What became of it, or null if nothing is to be said. */
  @Nullable String comment() {
    LinkVerdict filter = verdict;
    DropReason reason = dropped;
    if (filter != null && !filter.delivered()) {
      return filter.text();
    }
    String stack = reason == null ? null : "dropped: " + reason.description();
    if (filter == null) {
      return stack;
    }
    return stack == null ? filter.text() : filter.text() + "; " + stack;
  }

  /** As a user sees it. */
  CapturedPacket toPacket() {
    byte[] bytes = bytes();
    return new CapturedPacket(
        epochNanos, tap.described(), direction, Octets.copyOf(bytes), bytes.length, comment());
  }
}

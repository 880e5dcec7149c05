// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;

/**
 * The taps on one interface. Without a tap, a datagram costs one look at a field. Safe for use by
 * many threads.
 */
public final class LinkTaps {
  private static final LinkTap[] NONE = {};
  private static final VarHandle TAPS;

  static {
    try {
      TAPS = MethodHandles.lookup().findVarHandle(LinkTaps.class, "taps", LinkTap[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // Copied on write, so that whoever passes a datagram reads it without a lock.
  private volatile LinkTap[] taps = NONE;

  // The last one given; 0 means none, and after 2^32 packets it does once more.
  private final AtomicInteger number = new AtomicInteger();

  /** No taps yet. */
  public LinkTaps() {}

  /** Adds a tap, which sees the datagrams that pass from now on. */
  public void add(LinkTap tap) {
    while (true) {
      LinkTap[] before = taps;
      List<LinkTap> after = new ArrayList<>(List.of(before));
      after.add(tap);
      if (TAPS.compareAndSet(this, before, after.toArray(NONE))) {
        return;
      }
    }
  }

  /**
   * Removes a tap; a datagram that passes at this moment may still be seen by it.
   *
   * @return whether it was there
   */
  public boolean remove(LinkTap tap) {
    while (true) {
      LinkTap[] before = taps;
      List<LinkTap> after = new ArrayList<>(List.of(before));
      if (!after.remove(tap)) {
        return false;
      }
      if (TAPS.compareAndSet(this, before, after.toArray(NONE))) {
        return true;
      }
    }
  }

  /** Removes all taps and tells them that nothing passes any more. */
  public void end() {
    LinkTap[] all = (LinkTap[]) TAPS.getAndSet(this, NONE);
    for (LinkTap tap : all) {
      tap.ended();
    }
  }

  /** Tells all taps that a datagram was thrown away. */
  public void dropped(Packet packet, DropReason reason) {
    for (LinkTap tap : taps) {
      tap.dropped(packet, reason);
    }
  }

  /** Shows a datagram to all taps. */
  public void pass(LinkTap.Direction direction, Packet packet) {
    LinkTap[] all = taps;
    if (all.length != 0) {
      packet.setTapNumber(number.incrementAndGet());
      for (LinkTap tap : all) {
        tap.pass(direction, packet);
      }
    }
  }

  /** Shows a datagram that a filter has touched to all taps. */
  public void pass(LinkTap.Direction direction, Packet packet, LinkVerdict verdict) {
    packet.setTapNumber(number.incrementAndGet());
    for (LinkTap tap : taps) {
      tap.pass(direction, packet, verdict);
    }
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return taps.length == 0;
  }
}

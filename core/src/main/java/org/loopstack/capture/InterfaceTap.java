// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkVerdict;
import org.loopstack.link.Tapped;
import org.loopstack.wire.DropReason;

/** Where a capture taps one interface. */
final class InterfaceTap implements LinkTap {
  /** Whom the taps of a capture tell. */
  interface Listener {
    /** A datagram, only lent, passes; called by any thread, under any lock. */
    void passed(InterfaceTap tap, Direction direction, Packet lent, @Nullable LinkVerdict verdict);

    /** Nothing passes there any more. */
    void ended(InterfaceTap tap);
  }

  private final Tapped tapped;
  private final CapturedInterface described;
  private final Listener listener;
  private final RecentPackets recent;

  private InterfaceTap(Tapped tapped, int id, int recentSize, Listener listener) {
    this.tapped = tapped;
    this.described = new CapturedInterface(id, tapped.name(), CapturedInterface.RAW);
    this.recent = new RecentPackets(recentSize);
    this.listener = listener;
  }

  /**
   * One for each interface, not on it yet; their numbers are their places.
   *
   * @param recentSize of how many of the last packets it is written down what became of them
   */
  static List<InterfaceTap> of(Tapped first, Tapped[] others, int recentSize, Listener listener) {
    List<InterfaceTap> all = new ArrayList<>();
    all.add(new InterfaceTap(first, 0, recentSize, listener));
    for (Tapped other : others) {
      all.add(new InterfaceTap(other, all.size(), recentSize, listener));
    }
    return List.copyOf(all);
  }

  Tapped tapped() {
    return tapped;
  }

  CapturedInterface described() {
    return described;
  }

  /** Those of which it may still be written down what became of them. */
  RecentPackets recent() {
    return recent;
  }

  void begin() {
    tapped.addTap(this);
  }

  /** Returns whether it had begun and not ended. */
  boolean end() {
    return tapped.removeTap(this);
  }

  /** What the clock of the stack shows; a time before 1970, which no capture can hold, is 1970. */
  long epochNanos() {
    return Math.max(0, tapped.clock().epochNanos());
  }

  @Override
  public void pass(Direction direction, Packet packet) {
    listener.passed(this, direction, packet, null);
  }

  /** Also what ends here is in the capture, as at a sender who does not see it arrive. */
  @Override
  public void pass(Direction direction, Packet packet, LinkVerdict verdict) {
    listener.passed(this, direction, packet, verdict);
  }

  @Override
  public void dropped(Packet packet, DropReason reason) {
    recent.drop(packet, reason);
  }

  @Override
  public void ended() {
    listener.ended(this);
  }
}

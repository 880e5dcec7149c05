// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.RunQueue;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;
import org.loopstack.wire.PacketPrinter;

/** The wire between the stack and its script: keeps what the stack sends, and when. */
final class ScriptedLink implements Link {
  /**
   * A datagram that the stack has sent.
   *
   * @param time when, on the stack's clock
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares datagrams by their records.
  record Sent(long time, byte[] bytes) {}

  private final int mtu;
  private final Clock clock;
  private final long origin;
  private final Deque<Sent> sent = new ArrayDeque<>();
  private final List<String> trace = new ArrayList<>();
  private @Nullable LinkReceiver receiver;

  /**
   * A wire.
   *
   * @param origin when the script began, on the clock
   */
  ScriptedLink(int mtu, Clock clock, long origin) {
    this.mtu = mtu;
    this.clock = clock;
    this.origin = origin;
  }

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public Set<LinkFlag> flags() {
    return Set.of(LinkFlag.POINTOPOINT, LinkFlag.NOARP);
  }

  @Override
  public void attach(LinkReceiver newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public void transmit(Packet packet) {
    byte[] bytes = Datagrams.bytes(packet);
    note(">", bytes);
    sent.add(new Sent(clock.nanos(), bytes));
  }

  @Override
  public void close() {
    receiver = null;
  }

  /** Brings a datagram to the stack, which has done all it has to do when this returns. */
  void arrive(byte[] datagram) {
    note("<", datagram);
    LinkReceiver to = receiver;
    if (to == null) {
      return;
    }
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      to.receive(Packet.wrap(datagram, 0, datagram.length));
    } finally {
      queue.exit();
    }
  }

  private void note(String direction, byte[] datagram) {
    double seconds = (clock.nanos() - origin) / 1e9;
    trace.add(
        String.format(Locale.ROOT, "%10.6f %s ", seconds, direction)
            + PacketPrinter.print(datagram));
  }

  /** What the stack has sent and nobody has looked at yet, oldest first. */
  Deque<Sent> sent() {
    return sent;
  }

  /** All that has crossed, in the words of tcpdump. */
  List<String> trace() {
    return trace;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Timer;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;

/**
 * A loopback with something on the way that looks at each datagram, and may change it or let it
 * vanish. It takes a millisecond, and remembers what went in.
 */
final class MiddleboxLink implements Link {
  static final long DELAY = 1_000_000;

  /** What was sent, before the middlebox. */
  final List<byte[]> sent = new ArrayList<>();

  private record UnderWay(long due, byte[] datagram) {}

  private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
  private final Timer timer;
  private final VirtualClock clock;
  private final int mtu;
  private UnaryOperator<byte @Nullable []> box = datagram -> datagram;
  private @Nullable LinkReceiver receiver;

  MiddleboxLink(VirtualClock clock, int mtu) {
    this.clock = clock;
    this.timer = new Timer(clock, this::deliver);
    this.mtu = mtu;
  }

  /** Says what the middlebox makes of a datagram; null for nothing. */
  void install(UnaryOperator<byte @Nullable []> middlebox) {
    box = middlebox;
  }

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public Set<LinkFlag> flags() {
    return Set.of(LinkFlag.LOOPBACK);
  }

  @Override
  public void attach(LinkReceiver above) {
    receiver = above;
  }

  @Override
  public void transmit(Packet packet) {
    byte[] bytes = new byte[packet.length()];
    packet.copyTo(bytes, 0);
    sent.add(bytes);
    byte[] out = box.apply(bytes.clone());
    if (out != null) {
      underWay.add(new UnderWay(clock.nanos() + DELAY, out));
      timer.armNoLaterThan(underWay.element().due());
    }
  }

  /** In the order in which they were sent: timers of one time fire in any. */
  private void deliver() {
    while (!underWay.isEmpty() && underWay.element().due() <= clock.nanos()) {
      arrive(underWay.remove().datagram());
    }
    if (!underWay.isEmpty()) {
      timer.armNoLaterThan(underWay.element().due());
    }
  }

  /** A datagram arrives, from whomever. */
  void arrive(byte[] datagram) {
    LinkReceiver above = receiver;
    if (above == null) {
      return;
    }
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      above.receive(Packet.wrap(datagram, 0, datagram.length));
    } finally {
      queue.exit();
    }
  }

  @Override
  public void close() {
    receiver = null;
  }
}

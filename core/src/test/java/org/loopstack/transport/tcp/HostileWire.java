// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Timer;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;

/**
 * Two links that lose, delay, reorder, double and damage what they carry, as a seed says. What each
 * does to a datagram is a matter of probabilities between 0 and 1; the delay of each datagram is
 * its own, so that they overtake one another.
 */
final class HostileWire {
  private final VirtualClock clock;
  private final Random random;
  private final int mtu;
  private final double loss;
  private final double doubled;
  private final double damage;
  private final long delay;
  private final long jitter;
  final End left = new End();
  final End right = new End();

  /** How many datagrams were lost, doubled and damaged. */
  int lost;

  int doubles;
  int damaged;

  HostileWire(
      VirtualClock clock,
      Random random,
      int mtu,
      double loss,
      double doubled,
      double damage,
      long delay,
      long jitter) {
    this.clock = clock;
    this.random = random;
    this.mtu = mtu;
    this.loss = loss;
    this.doubled = doubled;
    this.damage = damage;
    this.delay = delay;
    this.jitter = jitter;
    left.peer = right;
    right.peer = left;
  }

  final class End implements Link {
    private @Nullable End peer;
    private @Nullable LinkReceiver receiver;

    @Override
    public int mtu() {
      return mtu;
    }

    @Override
    public Set<LinkFlag> flags() {
      return Set.of(LinkFlag.POINTOPOINT, LinkFlag.MULTICAST, LinkFlag.NOARP);
    }

    @Override
    public void attach(LinkReceiver newReceiver) {
      receiver = newReceiver;
    }

    @Override
    public void transmit(Packet packet) {
      byte[] bytes = Datagrams.bytes(packet);
      if (random.nextDouble() < loss) {
        lost++;
        return;
      }
      if (random.nextDouble() < doubled) {
        doubles++;
        carry(bytes.clone());
      }
      if (random.nextDouble() < damage) {
        damaged++;
        int bit = random.nextInt(bytes.length * 8);
        bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
      }
      carry(bytes);
    }

    private void carry(byte[] bytes) {
      End to = Objects.requireNonNull(peer);
      long after = delay + (jitter == 0 ? 0 : (long) (random.nextDouble() * jitter));
      new Timer(clock, () -> to.arrive(bytes)).armNoLaterThan(clock.nanos() + after);
    }

    private void arrive(byte[] bytes) {
      if (receiver != null) {
        receiver.receive(Packet.wrap(bytes, 0, bytes.length));
      }
    }

    @Override
    public void close() {
      receiver = null;
    }
  }
}

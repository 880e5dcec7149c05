// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Timer;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;

/**
 * A loopback that loses, delays, reorders, duplicates and corrupts what it carries, as a seed has
 * it. It offers no checksums, so that corruption is found out.
 */
final class HostileLink implements Link {
  /**
   * How hostile it is.
   *
   * @param loss how likely a datagram is lost, 0 to 1
   * @param duplication how likely it comes twice
   * @param corruption how likely one of its bits is wrong
   * @param delay how long it takes, in nanoseconds
   * @param jitter how much longer it takes at most, at random: what comes out of order
   */
  record Faults(double loss, double duplication, double corruption, long delay, long jitter) {}

  private final VirtualClock clock;
  private final Random random;
  private final int mtu;
  private volatile Faults faults;
  private volatile @Nullable LinkReceiver receiver;

  HostileLink(VirtualClock clock, long seed, int mtu, Faults faults) {
    this.clock = clock;
    this.random = new Random(seed);
    this.mtu = mtu;
    this.faults = faults;
  }

  void setFaults(Faults changed) {
    faults = changed;
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
    Faults f = faults;
    byte[] bytes = new byte[packet.length()];
    packet.copyTo(bytes, 0);
    if (random.nextDouble() >= f.loss) {
      deliverLater(bytes, f);
    }
    if (random.nextDouble() < f.duplication) {
      deliverLater(bytes.clone(), f);
    }
  }

  private void deliverLater(byte[] bytes, Faults f) {
    if (random.nextDouble() < f.corruption) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    long wait = f.delay + (f.jitter == 0 ? 0 : random.nextLong(f.jitter));
    new Timer(clock, () -> deliver(bytes)).armNoLaterThan(clock.nanos() + wait);
  }

  private void deliver(byte[] bytes) {
    LinkReceiver above = receiver;
    if (above == null) {
      return;
    }
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      above.receive(Packet.wrap(bytes, 0, bytes.length));
    } finally {
      queue.exit();
    }
  }

  @Override
  public void close() {
    receiver = null;
  }
}

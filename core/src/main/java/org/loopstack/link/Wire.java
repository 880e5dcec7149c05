// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Scheduler;

/**
 * A wire between two stacks of one JVM: two links, each of which receives what the other transmits,
 * in order and without loss. It has no delay: a datagram arrives on the thread that sent it, as
 * soon as that thread holds no lock any more.
 */
public final class Wire {
  /** The MTU if nothing else is asked for, in bytes: Ethernet's. */
  public static final int DEFAULT_MTU = 1500;

  /** How many datagrams wait at an end whose stack does not take them; more are lost. */
  static final int QUEUE_LIMIT = 65_536;

  private final End left;
  private final End right;

  /**
   * A wire with the default MTU.
   *
   * @param scheduler who goes on delivering when a thread has done more than its share
   */
  public Wire(Scheduler scheduler) {
    this(scheduler, DEFAULT_MTU);
  }

  /**
   * A wire.
   *
   * @param scheduler who goes on delivering when a thread has done more than its share
   * @param mtu 68 to 65,575 bytes
   * @throws IllegalArgumentException if the MTU is out of range
   */
  public Wire(Scheduler scheduler, int mtu) {
    if (mtu < 68 || mtu > 65_575) {
      throw new IllegalArgumentException("MTU " + mtu + " is not in 68..65575");
    }
    left = new End(scheduler, mtu);
    right = new End(scheduler, mtu);
    left.peer = right;
    right.peer = left;
  }

  /** One end. */
  public Link left() {
    return left;
  }

  /** The other end. */
  public Link right() {
    return right;
  }

  /** How many datagrams were lost because the stack that they were for threw an exception. */
  public long failures() {
    return left.failures.sum() + right.failures.sum();
  }

  private static final class End implements Link, RunQueue.Task {
    private static final Set<LinkFlag> FLAGS =
        Set.of(LinkFlag.POINTOPOINT, LinkFlag.MULTICAST, LinkFlag.NOARP);
    private static final int SHARE = 256;

    private final Scheduler scheduler;
    private final int mtu;
    private final ConcurrentLinkedQueue<Packet> inbox = new ConcurrentLinkedQueue<>();

    /** Datagrams that have been put on the inbox and not yet delivered. */
    private final AtomicInteger waiting = new AtomicInteger();

    private final LongAdder failures = new LongAdder();
    private @Nullable End peer;
    private volatile @Nullable LinkReceiver receiver;

    End(Scheduler scheduler, int mtu) {
      this.scheduler = scheduler;
      this.mtu = mtu;
    }

    @Override
    public int mtu() {
      return mtu;
    }

    @Override
    public Set<LinkFlag> flags() {
      return FLAGS;
    }

    @Override
    public void attach(LinkReceiver newReceiver) {
      receiver = newReceiver;
    }

    @Override
    public void transmit(Packet packet) {
      End to = peer;
      if (to != null && receiver != null) {
        to.accept(packet);
      }
    }

    private void accept(Packet packet) {
      if (waiting.get() >= QUEUE_LIMIT) {
        return;
      }
      RunQueue queue = RunQueue.current();
      queue.enter();
      try {
        inbox.add(packet);
        // Who puts the first one on an empty inbox delivers, and all that come meanwhile: so one
        // thread at a time does, and the order stays.
        if (waiting.getAndIncrement() == 0) {
          queue.add(this);
        }
      } finally {
        queue.exit();
      }
    }

    @Override
    public void service() {
      for (int i = 0; i < SHARE; i++) {
        Packet packet = inbox.poll();
        if (packet == null) {
          throw new IllegalStateException("The wire has lost count");
        }
        deliver(packet);
        if (waiting.decrementAndGet() == 0) {
          return;
        }
      }
      RunQueue queue = RunQueue.current();
      queue.enter();
      queue.add(this);
      queue.exit();
    }

    private void deliver(Packet packet) {
      LinkReceiver to = receiver;
      if (to == null) {
        return;
      }
      try {
        // The two stacks share no bytes.
        to.receive(packet.copy());
      } catch (RuntimeException e) {
        // A receiver does not throw. If one does, its datagram is lost, but not those behind it.
        failures.increment();
      }
    }

    @Override
    public Scheduler scheduler() {
      return scheduler;
    }

    @Override
    public void close() {
      receiver = null;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Timer;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;
import org.loopstack.soak.WireObserver.Fate;

/**
 * Two links that lose, delay, reorder, double, damage and mark what they carry, in virtual time.
 * What happens to a datagram follows from the random numbers, drawn in the order in which datagrams
 * are sent: the same hosts and the same numbers give the same run. For one thread.
 */
final class HostileWire {
  /** A datagram on its way; those that arrive at one time do so in the order of {@code number}. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares datagrams by their records.
  private record UnderWay(long due, long number, byte[] datagram, boolean intact)
      implements Comparable<UnderWay> {
    @Override
    public int compareTo(UnderWay other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final VirtualClock clock;
  private final Random random;
  private final int linkMtu;
  private final List<Plan.MtuChange> mtus;
  private final List<Plan.Outage> outages;
  private final WireObserver observer;
  private final long origin;
  private long number;

  /** The client's link, and the server's. */
  final End client;

  final End server;

  /** A wire whose plan's times count from the clock's present. */
  HostileWire(
      VirtualClock clock,
      Random random,
      int linkMtu,
      PathPlan there,
      PathPlan back,
      List<Plan.MtuChange> mtus,
      List<Plan.Outage> outages,
      WireObserver observer) {
    this.clock = clock;
    this.random = random;
    this.linkMtu = linkMtu;
    this.mtus = mtus;
    this.outages = outages;
    this.observer = observer;
    this.origin = clock.nanos();
    this.client = new End(true, there);
    this.server = new End(false, back);
  }

  private Plan.@Nullable MtuChange mtuNow() {
    Plan.MtuChange last = null;
    for (Plan.MtuChange each : mtus) {
      if (origin + each.at() <= clock.nanos()) {
        last = each;
      }
    }
    return last;
  }

  private boolean isOut() {
    long now = clock.nanos() - origin;
    for (Plan.Outage each : outages) {
      if (each.at() <= now && now < each.at() + each.length()) {
        return true;
      }
    }
    return false;
  }

  /** One end, and the path that leads away from it. */
  final class End implements Link {
    private final boolean isClient;
    private final PathPlan path;
    private final Loss.Process loss;
    private final PriorityQueue<UnderWay> underWay = new PriorityQueue<>();
    private final Timer arrival = new Timer(clock, this::arrive);
    private long bottleneckFreeAt;
    private @Nullable LinkReceiver receiver;

    End(boolean isClient, PathPlan path) {
      this.isClient = isClient;
      this.path = path;
      this.loss = path.loss().begin();
    }

    private End peer() {
      return isClient ? server : client;
    }

    @Override
    public int mtu() {
      return linkMtu;
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
      byte[] datagram = Datagrams.bytes(packet);
      observer.sent(clock.epochNanos(), isClient, datagram);
      Plan.MtuChange mtu = mtuNow();
      if (mtu != null && datagram.length > mtu.mtu()) {
        observer.destroyed(clock.epochNanos(), isClient, datagram, Fate.TOO_BIG);
        if (mtu.reported() && Router.isReportable(datagram)) {
          report(Router.tooBig(datagram, mtu.mtu()));
        }
      } else if (isOut()) {
        observer.destroyed(clock.epochNanos(), isClient, datagram, Fate.OUTAGE);
      } else if (loss.next(random)) {
        observer.destroyed(clock.epochNanos(), isClient, datagram, Fate.LOST);
      } else {
        enqueue(datagram);
      }
    }

    /** The router's answer takes the way back, where it may be lost as well. */
    private void report(byte[] error) {
      if (!peer().loss.next(random)) {
        observer.reported(clock.epochNanos(), isClient, error);
        peer().carry(error, true, clock.nanos());
      }
    }

    private void enqueue(byte[] datagram) {
      byte[] carried = datagram;
      long leaves = clock.nanos();
      boolean congested = path.mark() > 0 && random.nextDouble() < path.mark();
      if (path.rate() > 0) {
        long start = Math.max(leaves, bottleneckFreeAt);
        long waiting = (start - leaves) * path.rate() / 1_000_000_000L;
        if (waiting > path.queue()) {
          observer.destroyed(clock.epochNanos(), isClient, datagram, Fate.QUEUE_FULL);
          return;
        }
        congested |= waiting > path.queue() / 3;
        leaves = start + datagram.length * 1_000_000_000L / path.rate();
        bottleneckFreeAt = leaves;
      }
      if (congested) {
        carried = datagram.clone();
        Router.mark(carried);
      }
      send(carried, leaves);
    }

    private void send(byte[] datagram, long leaves) {
      if (path.duplicate() > 0 && random.nextDouble() < path.duplicate()) {
        carry(datagram.clone(), true, leaves);
      }
      if (path.corrupt() > 0 && random.nextDouble() < path.corrupt()) {
        byte[] damaged = Damage.damage(datagram, random);
        boolean noticed = Damage.isNoticed(damaged);
        observer.destroyed(
            clock.epochNanos(),
            isClient,
            datagram,
            noticed ? Fate.DAMAGED : Fate.DAMAGED_BEYOND_CHECKSUMS);
        if (noticed) {
          carry(damaged, false, leaves);
        }
      } else {
        carry(datagram, true, leaves);
      }
    }

    private void carry(byte[] datagram, boolean intact, long leaves) {
      long takes = path.delay();
      if (path.jitter() > 0) {
        takes += random.nextLong(path.jitter());
      }
      if (path.reorder() > 0 && random.nextDouble() < path.reorder()) {
        takes += path.holdBack();
      }
      underWay.add(new UnderWay(leaves + takes, number++, datagram, intact));
      arrival.armNoLaterThan(underWay.element().due());
    }

    private void arrive() {
      for (UnderWay next; (next = underWay.peek()) != null && next.due() <= clock.nanos(); ) {
        underWay.remove();
        if (next.intact()) {
          observer.delivered(clock.epochNanos(), isClient, next.datagram());
        }
        peer().handIn(next.datagram());
      }
      if (!underWay.isEmpty()) {
        arrival.armNoLaterThan(underWay.element().due());
      }
    }

    private void handIn(byte[] datagram) {
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

    @Override
    public void close() {
      receiver = null;
    }
  }
}

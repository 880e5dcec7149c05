// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.loopstack.soak.TalkPlan.Closing;
import org.loopstack.soak.TalkPlan.Order;
import org.loopstack.soak.TalkPlan.Pause;
import org.loopstack.soak.TalkPlan.SidePlan;
import org.loopstack.transport.tcp.EcnMode;
import org.loopstack.transport.tcp.SynCookieMode;

/**
 * Draws a plan. The probabilities are such that most seeds mix several faults, some have one alone
 * (a fault that hides behind loss would not be seen otherwise), and a few have none.
 */
final class PlanMaker {
  private static final long MILLISECOND = 1_000_000L;
  private static final long SECOND = 1_000 * MILLISECOND;

  /** The least path MTU over IPv4 that Linux believes (min_pmtu); IPv6 has its own. */
  private static final int LEAST_IPV4 = 576;

  /** A server that does not keep SYNs learns of a client that only listens from nothing. */
  private static final List<Order> WHEN_FORGETFUL = List.of(Order.BOTH, Order.CLIENT_FIRST);

  /** An orphan closes when it has heard the end, so the other one must say it first. */
  private static final List<Closing> WHEN_NOT_SECOND = List.of(Closing.PATIENT, Closing.HASTY);

  /** A backlog that all connections of a plan fit in. */
  private static final int ENOUGH = 10;

  private final long seed;
  private final Random random;
  private final boolean ipv6;

  /** How rough this seed is: 0 for not at all. */
  private final double roughness;

  PlanMaker(long seed) {
    this.seed = seed;
    this.random = new Random(seed * 0x9e37_79b9_7f4a_7c15L + 1);
    this.ipv6 = random.nextInt(3) == 0;
    this.roughness = random.nextInt(8) == 0 ? 0 : random.nextDouble();
  }

  Plan make() {
    int least = ipv6 ? 1280 : LEAST_IPV4;
    int linkMtu = chance(5) ? least + random.nextInt(8500) : least + random.nextInt(1501 - least);
    PathPlan there = path();
    PathPlan back = chance(3) ? path() : there;
    HostPlan client = host();
    HostPlan server = chance(2) ? client : host();
    List<TalkPlan> talks = new ArrayList<>();
    boolean forgetful = server.mayForgetSyns();
    if (forgetful) {
      there = there.withoutSecondHandshakes();
      back = back.withoutSecondHandshakes();
    }
    for (int n = chance(2) ? 1 : 1 + random.nextInt(5); n > 0; n--) {
      talks.add(talk(talks.isEmpty() ? 0 : random.nextInt(5) * SECOND, forgetful));
    }
    Plan.Numbers numbers = new Plan.Numbers(random.nextBoolean(), first());
    return new Plan(
        seed,
        ipv6,
        linkMtu,
        there,
        back,
        mtus(least, linkMtu),
        outages(),
        client,
        server,
        backlog(forgetful || server.cookies() == SynCookieMode.NEVER),
        numbers,
        talks);
  }

  /** A short one brings cookies about, too (Linux counts half-open connections against it). */
  private int backlog(boolean mayBeShort) {
    int drawn = chance(4) ? random.nextInt(3) : ENOUGH;
    return mayBeShort ? drawn : ENOUGH;
  }

  private <T> T pick(List<T> among) {
    return among.get(random.nextInt(among.size()));
  }

  private boolean chance(int in) {
    return random.nextInt(in) == 0;
  }

  private boolean rough(int in) {
    return roughness > 0 && chance(in);
  }

  private PathPlan path() {
    boolean bottleneck = chance(5);
    int rate = bottleneck ? 50_000 + random.nextInt(2_000_000) : 0;
    return new PathPlan(
        loss(),
        rough(3) ? random.nextDouble() * 0.2 : 0,
        rough(3) ? random.nextDouble() * 0.2 : 0,
        random.nextInt(200) * MILLISECOND,
        rough(3) ? random.nextDouble() * 0.1 : 0,
        rough(3) ? random.nextDouble() * 0.3 : 0,
        random.nextInt(chance(4) ? 400 : 50) * MILLISECOND + random.nextInt(1_000_000),
        chance(3) ? (long) (random.nextDouble() * 100 * MILLISECOND) : 0,
        rate,
        bottleneck ? 20_000 + random.nextInt(60_000) : 0);
  }

  private Loss loss() {
    if (roughness == 0 || chance(4)) {
      return Loss.NONE;
    }
    if (chance(3)) {
      return new Loss.GilbertElliott(
          random.nextDouble() * 0.1,
          0.1 + random.nextDouble() * 0.5,
          random.nextDouble() * 0.02,
          0.3 + random.nextDouble() * 0.7);
    }
    return new Loss.Independent(random.nextDouble() * roughness * 0.3);
  }

  private List<Plan.MtuChange> mtus(int least, int linkMtu) {
    List<Plan.MtuChange> all = new ArrayList<>();
    if (chance(3)) {
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        long at = chance(3) ? 0 : random.nextLong(5 * SECOND);
        int mtu = least + random.nextInt(linkMtu - least + 1);
        boolean silent = random.nextInt(3) == 0;
        all.add(new Plan.MtuChange(at, mtu, !silent));
        if (silent) {
          // A black hole that ends: without probing (RFC 8899) nothing else gets out of it.
          all.add(new Plan.MtuChange(at + random.nextLong(20 * SECOND), linkMtu, true));
        }
      }
    }
    all.sort(Comparator.comparingLong(Plan.MtuChange::at));
    return all;
  }

  private List<Plan.Outage> outages() {
    List<Plan.Outage> all = new ArrayList<>();
    for (int n = rough(4) ? 1 + random.nextInt(2) : 0; n > 0; n--) {
      all.add(new Plan.Outage(random.nextLong(8 * SECOND), random.nextLong(20 * SECOND)));
    }
    return all;
  }

  private HostPlan host() {
    SynCookieMode cookies =
        switch (random.nextInt(6)) {
          case 0 -> SynCookieMode.ALWAYS;
          case 1 -> SynCookieMode.NEVER;
          default -> SynCookieMode.UNDER_PRESSURE;
        };
    return new HostPlan(
        chance(3) ? "freebsd" : "linux",
        chance(3) ? "reno" : "cubic",
        !chance(3),
        !chance(4),
        !chance(3),
        pick(List.of(EcnMode.values())),
        cookies,
        chance(4) ? 1 + random.nextInt(2) : 4096);
  }

  private @Nullable Integer first() {
    return switch (random.nextInt(4)) {
      case 0 -> -1 - random.nextInt(40_000);
      case 1 -> Integer.MAX_VALUE - random.nextInt(40_000);
      default -> null;
    };
  }

  private TalkPlan talk(long start, boolean forgetful) {
    Order order = pick(forgetful ? WHEN_FORGETFUL : List.of(Order.values()));
    SidePlan client = side(order == Order.SERVER_FIRST);
    SidePlan server = side(order == Order.CLIENT_FIRST);
    boolean fastOpen = chance(3) && order != Order.SERVER_FIRST && client.bytes() > 0;
    return new TalkPlan(start, order, fastOpen, client, server);
  }

  private SidePlan side(boolean second) {
    int bytes = chance(4) ? random.nextInt(100) : random.nextInt(chance(10) ? 400_000 : 50_000);
    boolean slow = chance(8);
    Closing closing = pick(second ? List.of(Closing.values()) : WHEN_NOT_SECOND);
    int small = 2304 + random.nextInt(20_000);
    return new SidePlan(
        bytes,
        1 + random.nextInt(chance(3) ? 300 : 20_000) + bytes / 200,
        slow ? 500 + random.nextInt(4000) : 1000 + random.nextInt(60_000),
        slow ? 1 + random.nextLong(200 * MILLISECOND) : 0,
        chance(3) ? 2304 + random.nextInt(20_000) : 0,
        chance(3) ? small : 0,
        chance(6) ? 1 + random.nextInt(20_000) : 0,
        2304 + random.nextInt(5000),
        random.nextBoolean(),
        chance(6),
        closing,
        pauses(bytes));
  }

  private List<Pause> pauses(int bytes) {
    List<Pause> all = new ArrayList<>();
    for (int n = chance(3) ? 1 + random.nextInt(3) : 0; n > 0; n--) {
      all.add(new Pause(random.nextInt(bytes + 1), random.nextLong((chance(4) ? 60 : 3) * SECOND)));
    }
    all.sort(Comparator.comparingInt(Pause::after));
    return all;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Timer;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TcpHeader;

/**
 * One seed's run: two hosts, the wire between them, the applications. Whatever the wire does, every
 * byte arrives, in order and once; both ends close; no connection, port, timer or byte of memory is
 * left; and all of that within the time that {@link ProgressLaw} allows. For one thread.
 */
public final class World {
  /** How long both profiles wait in TIME-WAIT. */
  static final long TIME_WAIT = 60_000_000_000L;

  private static final long SECOND = 1_000_000_000L;

  /** Initial sequence numbers grow by one every 4 microseconds (RFC 9293 section 3.4.1). */
  private static final long NUMBER_TICK = 4_000L;

  /**
   * How long a timer may live after both applications have closed and the wire has destroyed its
   * last datagram: the timeout under way then and one that is spurious, 120 s at most, bring over
   * what was still to be acknowledged; TIME-WAIT follows, and a path MTU is believed for 10
   * minutes.
   */
  private static final long LEFTOVER = 2 * 120 * SECOND + TIME_WAIT + 600 * SECOND;

  private static final int PORT = 80;

  /** How much an application may do at one time before the clock has to go on. */
  private static final int MOST_STEPS = 1_000_000;

  private final Plan plan;
  private final long startedAt;
  private final VirtualClock clock;
  private final Random random;
  private final Watch watch;
  private final Host client;
  private final Host server;
  private final ListenerEndpoint listener;
  private final TransportAddress to;
  private final List<Talk> talks = new ArrayList<>();
  private final Map<WireObserver.Fate, Integer> fates = new EnumMap<>(WireObserver.Fate.class);
  private int datagrams;
  private int ghosts;
  private long lastDestroyed;
  private @Nullable Integer firstNumber;

  private World(Plan plan, long start, WireObserver also) throws ErrnoException {
    this.plan = plan;
    clock = new VirtualClock();
    clock.advanceTo(start);
    startedAt = start;
    random = new Random(plan.seed() * 0xbf58_476d_1ce4_e5b9L + 2);
    watch = new Watch(also);
    HostileWire wire =
        new HostileWire(
            clock,
            new Random(plan.seed() * 0x94d0_49bb_1331_11ebL + 3),
            plan.linkMtu(),
            plan.there(),
            plan.back(),
            plan.mtus(),
            plan.outages(),
            watch);
    boolean v6 = plan.ipv6();
    String prefix = v6 ? "2001:db8::%d/64" : "10.0.0.%d/24";
    long seed = plan.seed();
    client = new Host(clock, seed, wire.client, prefix.formatted(1), plan.client().configuration());
    server =
        new Host(clock, ~seed, wire.server, prefix.formatted(2), plan.server().configuration());
    to = new TransportAddress(IpAddress.parse(v6 ? "2001:db8::2" : "10.0.0.2"), PORT);
    listener = server.tcp.openListener(family());
    listener.bind(to);
    listener.setOption(TransportOptions.TCP_FASTOPEN, 5);
    listener.listen(plan.listen());
    for (int i = 0; i < plan.talks().size(); i++) {
      Talk talk = new Talk(plan, i, clock, random);
      talks.add(talk);
      new Timer(clock, () -> {}).armNoLaterThan(talk.startsAt());
    }
  }

  private AddressFamily family() {
    return plan.ipv6() ? AddressFamily.INET6 : AddressFamily.INET;
  }

  /** Runs a seed. What the stack throws is part of the result. */
  public static SeedResult run(long seed) {
    return run(Plan.of(seed), WireObserver.NONE);
  }

  /**
   * Runs a plan. What the stack throws is part of the result.
   *
   * @param also watches the wire
   */
  public static SeedResult run(Plan plan, WireObserver also) {
    World world = null;
    String failure = null;
    Throwable cause = null;
    try {
      world = new World(plan, startFor(plan), also);
      world.run();
    } catch (SoakFailure e) {
      failure = e.getMessage();
    } catch (ErrnoException | RuntimeException | AssertionError e) {
      failure = "threw " + e;
      cause = e;
    }
    if (failure != null && world != null) {
      failure += "\n    " + world.describe();
    }
    return new SeedResult(
        plan,
        failure,
        cause,
        world == null ? 0 : world.datagrams,
        world == null ? Map.of() : world.fates,
        world == null ? 0 : world.clock.nanos() - world.startedAt);
  }

  /** When the world has to begin so that a sequence number lies where the plan wants it. */
  private static long startFor(Plan plan) throws ErrnoException {
    Integer wanted = plan.numbers().first();
    if (wanted == null) {
      return Math.floorMod(plan.seed() * 7_919, 20_000) * SECOND;
    }
    World probe = new World(plan, 0, WireObserver.NONE);
    long end = probe.clock.nanos() + 100 * SECOND;
    while (probe.firstNumber == null && probe.clock.nanos() < end) {
      probe.turn();
    }
    Integer got = probe.firstNumber;
    return got == null ? 0 : (wanted - got & 0xffff_ffffL) * NUMBER_TICK;
  }

  private void run() throws ErrnoException {
    while (!isOver()) {
      turn();
    }
    listener.close();
    long closed = clock.nanos();
    while (clock.nextDeadline() != Clock.NEVER) {
      if (clock.nextDeadline() > Math.max(closed, lastDestroyed) + LEFTOVER) {
        throw new SoakFailure("a timer is left long after the end");
      }
      clock.advanceTo(clock.nextDeadline());
    }
    for (Host host : new Host[] {client, server}) {
      if (!host.tcp.statuses().isEmpty() || host.ports.claims() != 0) {
        throw new SoakFailure("something is left: " + host.ports.claims() + " ports");
      }
      if (host.tcp.memoryInfo().held() != 0) {
        throw new SoakFailure("memory is left: " + host.tcp.memoryInfo());
      }
    }
  }

  private boolean isOver() {
    for (Talk talk : talks) {
      if (!talk.isClosed()) {
        return false;
      }
    }
    return true;
  }

  /** Lets everybody do what can be done now, then time pass until something happens. */
  private void turn() throws ErrnoException {
    for (int i = 0; step(); i++) {
      if (i > MOST_STEPS) {
        throw new SoakFailure("the applications never come to rest");
      }
    }
    for (Talk talk : talks) {
      String wrong = talk.check();
      if (wrong != null) {
        throw new SoakFailure(wrong);
      }
    }
    long next = clock.nextDeadline();
    if (next != Clock.NEVER) {
      clock.advanceTo(next);
    } else if (!isOver()) {
      throw new SoakFailure("nobody has a timer, and nobody is done");
    }
  }

  private boolean step() throws ErrnoException {
    boolean progress = false;
    for (Talk talk : talks) {
      if (talk.port() == 0 && talk.startsAt() <= clock.nanos()) {
        talk.connect(client.tcp.openStream(family()), to);
        progress = true;
      }
    }
    for (StreamEndpoint accepted; (accepted = listener.accept()) != null; ) {
      Talk talk = talkOf(accepted);
      if (talk == null || !talk.accept(accepted)) {
        ghost(accepted);
      }
      progress = true;
    }
    for (Talk talk : talks) {
      progress |= talk.step();
    }
    return progress;
  }

  private @Nullable Talk talkOf(StreamEndpoint accepted) {
    TransportAddress remote = accepted.remoteAddress();
    return remote == null ? null : talkOf(remote.port());
  }

  private @Nullable Talk talkOf(int port) {
    for (Talk talk : talks) {
      if (talk.port() == port) {
        return talk;
      }
    }
    return null;
  }

  /**
   * A connection out of an old duplicate. It can be: of a SYN with data ("duplicate data in SYN
   * packets", RFC 7413 section 2.1), or of an acknowledgment that holds a cookie that is still good
   * (RFC 4987 section 3.6). Else it must not.
   */
  private void ghost(StreamEndpoint accepted) {
    boolean cookies = plan.server().mayForgetSyns();
    boolean early = plan.talks().stream().anyMatch(TalkPlan::fastOpen);
    if (!cookies && !early) {
      throw new SoakFailure("one connection was accepted twice: " + accepted);
    }
    accepted.abort();
    ghosts++;
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    text.append((clock.nanos() - startedAt) / SECOND).append(" s after the beginning");
    for (Talk talk : talks) {
      text.append("\n    ").append(talk);
    }
    text.append("\n    client has ").append(client.tcp.statuses());
    text.append("\n    server has ").append(server.tcp.statuses());
    return text.append("\n    ghosts ").append(ghosts).toString();
  }

  /** Tells the connections what the wire does to them, and counts it. */
  private final class Watch implements WireObserver {
    private final WireObserver also;

    Watch(WireObserver also) {
      this.also = also;
    }

    @Override
    public void sent(long time, boolean fromClient, byte[] datagram) {
      datagrams++;
      also.sent(time, fromClient, datagram);
      int at = tcpAt(datagram);
      Talk talk = at < 0 ? null : talkOf(datagram, at, fromClient);
      if (talk != null) {
        if (firstNumber == null && fromClient == plan.numbers().ofClient()) {
          firstNumber = TcpHeader.sequence(datagram, at);
        }
        boolean mayForget = !fromClient && plan.server().mayForgetSyns();
        law(talk, fromClient).sent(datagram, at, datagram.length, mayForget, clock.nanos());
      }
    }

    @Override
    public void destroyed(long time, boolean fromClient, byte[] datagram, Fate fate) {
      fates.merge(fate, 1, Integer::sum);
      also.destroyed(time, fromClient, datagram, fate);
      lastDestroyed = clock.nanos();
      int at = tcpAt(datagram);
      Talk talk = at < 0 ? null : talkOf(datagram, at, fromClient);
      if (talk != null) {
        talk.there.destroyed(clock.nanos());
        talk.back.destroyed(clock.nanos());
      }
    }

    @Override
    public void delivered(long time, boolean fromClient, byte[] datagram) {
      also.delivered(time, fromClient, datagram);
      int at = tcpAt(datagram);
      Talk talk = at < 0 ? null : talkOf(datagram, at, fromClient);
      if (talk != null) {
        law(talk, !fromClient).arrived(datagram, at, clock.nanos());
        if (fromClient
            && (TcpHeader.flags(datagram, at) & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN
            && plan.mayRefuseSyns()) {
          // A full listener says nothing, which is like a loss.
          talk.there.destroyed(clock.nanos());
        }
      }
    }

    @Override
    public void reported(long time, boolean toClient, byte[] error) {
      also.reported(time, toClient, error);
    }

    private ProgressLaw law(Talk talk, boolean fromClient) {
      return fromClient ? talk.there : talk.back;
    }

    private @Nullable Talk talkOf(byte[] b, int at, boolean fromClient) {
      int port = fromClient ? TcpHeader.sourcePort(b, at) : TcpHeader.destinationPort(b, at);
      return World.this.talkOf(port);
    }

    private static int tcpAt(byte[] b) {
      boolean v4 = Ipv4Header.version(b, 0) == 4;
      int protocol = v4 ? Ipv4Header.protocol(b, 0) : Ipv6Header.nextHeader(b, 0);
      if (protocol != IpProtocol.TCP) {
        return -1;
      }
      return v4 ? Ipv4Header.payloadAt(b, 0) : Ipv6Header.LENGTH;
    }
  }
}

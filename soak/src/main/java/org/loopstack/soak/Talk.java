// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;

/** One connection of a world: both applications, and the law for both directions. */
final class Talk {
  /** What a round trip brings over at least, in bytes: within the least MTU and half the window. */
  private static final int SEGMENT = 400;

  private final TalkPlan plan;
  private final VirtualClock clock;
  private final Random random;
  private final int salt;
  private final boolean cautious;
  private final long startsAt;
  final ProgressLaw there;
  final ProgressLaw back;
  private @Nullable StreamEndpoint endpoint;
  private @Nullable Talker client;
  private @Nullable Talker server;

  Talk(Plan world, int index, VirtualClock clock, Random random) {
    this.plan = world.talks().get(index);
    this.clock = clock;
    this.random = random;
    this.salt = (int) world.seed() * 31 + index;
    this.startsAt = clock.nanos() + plan.start();
    this.cautious = world.server().mayForgetSyns();
    long roundTrip = world.longestRoundTrip();
    there = new ProgressLaw("connection " + index + " to the server", roundTrip);
    back = new ProgressLaw("connection " + index + " to the client", roundTrip);
  }

  long startsAt() {
    return startsAt;
  }

  boolean isClosed() {
    return client != null && server != null && client.isClosed() && server.isClosed();
  }

  /** The client's port, 0 before it connects. */
  int port() {
    TransportAddress local = endpoint == null ? null : endpoint.localAddress();
    return local == null ? 0 : local.port();
  }

  void connect(StreamEndpoint opened, TransportAddress to) throws ErrnoException {
    endpoint = opened;
    if (plan.fastOpen()) {
      opened.setOption(TransportOptions.TCP_FASTOPEN_CONNECT, true);
    }
    client = new Talker(opened, clock, random, plan, true, cautious, salt);
    opened.connect(to);
  }

  /**
   * The server has accepted a connection from this talk's port.
   *
   * @return whether it is this talk's: a second one is a ghost, made by an old duplicate
   */
  boolean accept(StreamEndpoint accepted) throws ErrnoException {
    if (server != null) {
      return false;
    }
    server = new Talker(accepted, clock, random, plan, false, false, salt);
    return true;
  }

  /** Lets both applications do what they can; returns whether that was anything. */
  boolean step() throws ErrnoException {
    Talker c = client;
    Talker s = server;
    if (c == null) {
      return false;
    }
    boolean progress = c.step(s == null ? c : s);
    if (s != null) {
      progress |= s.step(c);
    }
    return progress;
  }

  /** What is wrong with this talk now, or null. */
  @Nullable String check() {
    long now = clock.nanos();
    Talker c = client;
    Talker s = server;
    if (c == null) {
      return null;
    }
    String stalled = there.check(s != null && s.isBehind(), now);
    if (stalled == null) {
      stalled = back.check(c.isBehind(), now);
    }
    if (stalled != null || isClosed()) {
      return stalled;
    }
    long bound =
        there.bound(plan.client().bytes() / SEGMENT, c.writes(), now)
            + back.bound(plan.server().bytes() / SEGMENT, s == null ? 0 : s.writes(), now)
            + c.idled()
            + (s == null ? 0 : s.idled());
    return now - startsAt <= bound
        ? null
        : String.format("takes %.1f s, more than %.1f s", (now - startsAt) / 1e9, bound / 1e9);
  }

  @Override
  public String toString() {
    return client + "; " + server;
  }
}

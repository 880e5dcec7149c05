// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;

/** One connection of a world: both applications, and the law for both directions. */
final class Talk {
  /** What a round trip brings over at least, in bytes: within the least MTU and half the window. */
  private static final int SEGMENT = 400;

  /** How long a SYN cookie is good at least: a "minute" of 64 s, as on Linux. */
  private static final long COOKIE_LIFE = 64_000_000_000L;

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
  private boolean forgotten;

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
    return forgotten || client != null && server != null && client.isClosed() && server.isClosed();
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
    if (server != null || forgotten) {
      return false;
    }
    server = new Talker(accepted, clock, random, plan, false, false, salt);
    return true;
  }

  /** Lets both applications do what they can; returns whether that was anything. */
  boolean step() throws ErrnoException {
    Talker c = client;
    Talker s = server;
    if (c == null || forgotten) {
      return false;
    }
    if (s != null) {
      boolean progress = c.step(s);
      return s.step(c) || progress;
    }
    try {
      return c.step(c);
    } catch (ErrnoException e) {
      if (!isOfOldCookie(e)) {
        throw e;
      }
      c.abort();
      forgotten = true;
      return true;
    }
  }

  /**
   * Whether a reset is right: a server that answers SYNs by cookies knows nothing of a connection
   * before an acknowledgment brings the cookie back (RFC 4987 section 3.6). If those that are sent
   * in time are lost, or the backlog is full when they come, the cookie is too old; on Linux as
   * well.
   */
  private boolean isOfOldCookie(ErrnoException e) {
    return cautious && e.errno() == Errno.ECONNRESET && clock.nanos() - startsAt > COOKIE_LIFE;
  }

  /** What is wrong with this talk now, or null. */
  @Nullable String check() {
    long now = clock.nanos();
    Talker c = client;
    Talker s = server;
    if (c == null || forgotten) {
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

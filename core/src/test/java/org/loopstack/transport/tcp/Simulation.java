// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/**
 * One conversation over a {@link HostileLink} in virtual time, all of it following from a seed:
 * both ends send, read by fits and starts, and close. Afterwards every byte must have arrived, in
 * order and once, and nothing may be left.
 */
final class Simulation {
  private static final long MILLISECOND = 1_000_000;
  private static final long SECOND = 1000 * MILLISECOND;

  private final long seed;
  private final Random random;
  private final VirtualClock clock = new VirtualClock();
  private final HostileLink link;
  private final InternetLayer internet;
  private final PortTable ports;
  private final TcpProtocol tcp;

  Simulation(long seed) {
    this(seed, TcpConfiguration.linux(), null);
  }

  Simulation(long seed, TcpConfiguration base, HostileLink.@Nullable Faults given) {
    this.seed = seed;
    random = new Random(seed * 0x9e3779b97f4a7c15L + 1);
    int mtu = new int[] {576, 1280, 1500, 9000, 65_536}[random.nextInt(5)];
    link = new HostileLink(clock, random.nextLong(), mtu, given == null ? faults() : given);
    TcpConfiguration configuration =
        base.toBuilder()
            .receiveBuffer(2304 << random.nextInt(9))
            .sendBuffer(4608 << random.nextInt(8))
            .selectiveAcknowledgment(base.selectiveAcknowledgment() && random.nextInt(4) != 0)
            .timestamps(base.timestamps() && random.nextInt(4) != 0)
            .windowScaling(random.nextInt(4) != 0)
            .synRetries(20)
            .synAckRetries(20)
            .dataRetries(60)
            .orphanRetries(60)
            .build();
    Engine engine = Engine.virtual(clock, random.nextLong());
    internet = new InternetLayer(engine, InternetConfiguration.LINUX, link);
    ports = new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
    tcp = new TcpProtocol(internet, ports, configuration);
  }

  private HostileLink.Faults faults() {
    return new HostileLink.Faults(
        random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.3,
        random.nextInt(3) == 0 ? random.nextDouble() * 0.2 : 0,
        random.nextInt(3) == 0 ? random.nextDouble() * 0.05 : 0,
        random.nextLong(50 * MILLISECOND),
        random.nextInt(2) == 0 ? 0 : random.nextLong(1, 40 * MILLISECOND));
  }

  /** One end: what it sends, what it has read, and how it behaves. */
  private final class Side {
    final StreamEndpoint endpoint;
    final ByteBuffer toSend;
    final ByteBuffer received;
    long pausedUntil;
    boolean shut;
    boolean ended;

    Side(StreamEndpoint endpoint, byte[] sends, int receives) {
      this.endpoint = endpoint;
      this.toSend = ByteBuffer.wrap(sends);
      this.received = ByteBuffer.allocate(receives + 1);
    }

    void step() throws ErrnoException {
      if (clock.nanos() < pausedUntil) {
        return;
      }
      if (random.nextInt(50) == 0) {
        pausedUntil = clock.nanos() + random.nextLong(500 * MILLISECOND);
      }
      if (toSend.hasRemaining()) {
        int limit = toSend.position() + 1 + random.nextInt(20_000);
        toSend.limit(Math.min(toSend.capacity(), limit));
        endpoint.write(toSend);
        toSend.limit(toSend.capacity());
      } else if (!shut) {
        shut = true;
        endpoint.shutdownOutput();
      }
      if (!ended) {
        int limit = received.position() + 1 + random.nextInt(30_000);
        received.limit(Math.min(received.capacity(), limit));
        ended = endpoint.read(received) < 0;
        received.limit(received.capacity());
      }
    }

    boolean isDone() {
      return shut && ended;
    }
  }

  /** Runs it, and throws an AssertionError that says what went wrong. */
  long run() {
    try {
      return conversation();
    } catch (ErrnoException | RuntimeException | AssertionError e) {
      throw new AssertionError(
          "seed " + seed + " at " + clock.nanos() / MILLISECOND + " ms: " + e.getMessage(), e);
    }
  }

  private long conversation() throws ErrnoException {
    byte[] up = bytes();
    byte[] down = bytes();
    ListenerEndpoint listener = tcp.openListener(AddressFamily.INET);
    listener.bind(new TransportAddress(IpAddress.IPV4_LOOPBACK, 80));
    listener.listen(1);
    StreamEndpoint client = tcp.openStream(AddressFamily.INET);
    client.connect(new TransportAddress(IpAddress.IPV4_LOOPBACK, 80));
    Side server = null;
    Side user = new Side(client, up, down.length);
    long limit = 24 * 3600 * SECOND;
    while (server == null || !server.isDone() || !user.isDone()) {
      check(clock.nanos() < limit, "it takes more than a day: " + tcp.statuses());
      if (server == null) {
        StreamEndpoint accepted = listener.accept();
        server = accepted == null ? null : new Side(accepted, down, up.length);
      } else {
        server.step();
      }
      if (client.finishConnect()) {
        user.step();
      }
      advance();
    }
    long took = clock.nanos();
    same("up", up, server.received);
    same("down", down, user.received);
    client.close();
    server.endpoint.close();
    listener.close();
    link.setFaults(new HostileLink.Faults(0, 0, 0, MILLISECOND, 0));
    clock.advanceTo(clock.nanos() + 400 * SECOND);
    check(tcp.statuses().isEmpty(), "left behind: " + tcp.statuses());
    check(ports.claims() == 0, "ports left behind: " + ports.claims());
    check(clock.nextDeadline() == Clock.NEVER, "a timer is left behind");
    return took;
  }

  /** To the next event, but not so far that the users would sleep. */
  private void advance() {
    long next = Math.min(clock.nextDeadline(), clock.nanos() + 20 * MILLISECOND);
    clock.advanceTo(Math.max(next, clock.nanos() + 10_000));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(3) == 0 ? random.nextInt(100) : random.nextInt(300_000)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void same(String way, byte[] sent, ByteBuffer received) {
    check(
        received.position() == sent.length,
        way + ": " + received.position() + " bytes of " + sent.length);
    int mismatch =
        ByteBuffer.wrap(sent).mismatch(ByteBuffer.wrap(received.array(), 0, sent.length));
    check(mismatch < 0, way + ": differs at byte " + mismatch);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}

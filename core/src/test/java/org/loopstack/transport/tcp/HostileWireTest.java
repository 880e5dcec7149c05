// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.link.Link;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/**
 * Two stacks talk over a hostile wire. Every seed is a world of its own: loss, order, sizes,
 * options. Whatever it does, every byte arrives once and in order, and nothing is left in the end.
 * More seeds than the build's: {@code -Dloopstack.seeds=FIRST-LAST}.
 */
class HostileWireTest {
  private static final String SEEDS = System.getProperty("loopstack.seeds", "1-50");

  /** One of the two hosts. */
  private static final class Side {
    final InternetLayer internet;
    final PortTable ports;
    final TcpProtocol tcp;

    Side(VirtualClock clock, Link link, String address, TcpConfiguration config, long seed)
        throws ErrnoException {
      Engine engine = Engine.virtual(clock, seed);
      internet = new InternetLayer(engine, InternetConfiguration.LINUX);
      Interface added = internet.addInterface("eth0", link);
      added.setUp(true);
      added.addAddress(InterfaceAddress.parse(address));
      ports = new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
      tcp = new TcpProtocol(internet, ports, config);
    }
  }

  @Test
  void everyByteArrivesOnceAndInOrderAndNothingIsLeft() throws Exception {
    String[] range = SEEDS.split("-");
    for (long seed = Long.parseLong(range[0]); seed <= Long.parseLong(range[1]); seed++) {
      try {
        new World(seed).run();
      } catch (Exception | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static final class World {
    final VirtualClock clock = new VirtualClock();
    final Random random;
    final Side a;
    final Side b;
    final byte[] fromA;
    final byte[] fromB;
    final ListenerEndpoint listener;
    final StreamEndpoint client;
    final Talker talkerB;
    @Nullable Talker talkerA;

    World(long seed) throws ErrnoException {
      random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
      boolean v6 = random.nextInt(4) == 0;
      int mtu = (v6 ? 1280 : 300) + random.nextInt(random.nextInt(5) == 0 ? 9000 : 1200);
      boolean calm = random.nextInt(5) == 0;
      double loss = calm ? 0 : random.nextDouble() * 0.3;
      long delay = random.nextInt(50) * 1_000_000L;
      HostileWire wire =
          new HostileWire(
              clock,
              random,
              mtu,
              loss,
              random.nextDouble() * 0.2,
              calm ? 0 : random.nextDouble() * 0.1,
              delay,
              random.nextInt(3) == 0 ? 0 : random.nextInt(100_000_000));
      a = new Side(clock, wire.left, v6 ? "2001:db8::1/64" : "10.0.0.1/24", config(), seed);
      b = new Side(clock, wire.right, v6 ? "2001:db8::2/64" : "10.0.0.2/24", config(), ~seed);
      // The ISN's clock puts the numbers anywhere.
      clock.advance(Duration.ofSeconds(random.nextInt(20_000)));
      fromA = bytes();
      fromB = bytes();
      IpAddress to = IpAddress.parse(v6 ? "2001:db8::1" : "10.0.0.1");
      AddressFamily family = v6 ? AddressFamily.INET6 : AddressFamily.INET;
      listener = a.tcp.openListener(family);
      listener.bind(new TransportAddress(to, 80));
      options(listener);
      listener.listen(0);
      client = b.tcp.openStream(family);
      options(client);
      client.connect(new TransportAddress(to, 80));
      talkerB = new Talker(client, random, fromB, fromA.length);
    }

    /** As Linux, but with more patience, so that bad luck does not end a connection. */
    private TcpConfiguration config() {
      return TcpConfiguration.linux().toBuilder()
          .synRetries(20)
          .synAckRetries(40)
          .dataRetries(60)
          .orphanRetries(60)
          .timestamps(random.nextBoolean())
          .windowScaling(random.nextBoolean())
          .selectiveAcknowledgment(random.nextBoolean())
          .build();
    }

    private byte[] bytes() {
      byte[] bytes =
          new byte[random.nextInt(4) == 0 ? random.nextInt(100) : random.nextInt(60_000)];
      random.nextBytes(bytes);
      return bytes;
    }

    private void options(org.loopstack.transport.SocketEndpoint endpoint) throws ErrnoException {
      if (random.nextBoolean()) {
        int size = 2304 + random.nextInt(20_000);
        endpoint.setOption(StandardSocketOptions.SO_RCVBUF, size);
      }
      if (endpoint instanceof StreamEndpoint && random.nextBoolean()) {
        endpoint.setOption(StandardSocketOptions.SO_SNDBUF, 2304 + random.nextInt(20_000));
        endpoint.setOption(StandardSocketOptions.TCP_NODELAY, random.nextBoolean());
      }
    }

    void run() throws ErrnoException {
      long end = clock.nanos() + Duration.ofHours(12).toNanos();
      while (talkerA == null || !talkerA.isClosed() || !talkerB.isClosed()) {
        boolean idle = clock.nextDeadline() == Clock.NEVER;
        boolean progress = step(!idle);
        if (clock.nextDeadline() != Clock.NEVER) {
          clock.advanceTo(clock.nextDeadline());
        } else if (idle && !progress) {
          throw new AssertionError("stalled: " + describe());
        }
        if (clock.nanos() > end) {
          throw new AssertionError("takes for ever: " + describe());
        }
      }
      assertThat(java.util.Objects.requireNonNull(talkerA).heard()).isEqualTo(fromB);
      assertThat(talkerB.heard()).isEqualTo(fromA);
      listener.close();
      clock.advance(Duration.ofHours(3));
      for (Side side : new Side[] {a, b}) {
        assertThat(side.tcp.connections()).isEmpty();
        assertThat(side.ports.claims()).isZero();
      }
      assertThat(clock.nextDeadline()).isEqualTo(Clock.NEVER);
    }

    private boolean step(boolean lazy) throws ErrnoException {
      boolean progress = talkerB.step(lazy);
      if (talkerA == null) {
        StreamEndpoint accepted = listener.accept();
        if (accepted != null) {
          talkerA = new Talker(accepted, random, fromA, fromB.length);
        }
      }
      return talkerA == null ? progress : talkerA.step(lazy) | progress;
    }

    private String describe() {
      return talkerB.progress()
          + "; "
          + (talkerA == null ? "nobody" : talkerA.progress())
          + "; "
          + a.tcp.statuses()
          + b.tcp.statuses();
    }
  }
}

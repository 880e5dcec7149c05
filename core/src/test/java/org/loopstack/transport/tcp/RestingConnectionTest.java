// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportOptions;

/** A connection that nothing happens to is packed, and is the same when it is needed again. */
class RestingConnectionTest {
  /** What means nothing between two segments, or nothing while the buffer is empty. */
  private static final Set<String> SCRATCH =
      Set.of("Sender.news", "SegmentWriter.sackEdges", "ReceiveBuffer.gathered");

  static Stream<TcpConfiguration> configurations() {
    return Stream.of(
        TcpConfiguration.linux(),
        TcpConfiguration.freebsd(),
        TcpConfiguration.linux().toBuilder().congestion("reno").build(),
        TcpConfiguration.linux().toBuilder().mtuProbing(MtuProbing.ALWAYS).build());
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void wakesAsItWas(TcpConfiguration configuration) throws Exception {
    TcpHost host = new TcpHost(configuration);
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    assertSameAfterRest(host, client);
    assertSameAfterRest(host, server);
    for (int size : new int[] {1, 100, 70_000, 3_000_000}) {
      pass(host, client, server, size);
      pass(host, server, client, size);
      host.clock.advance(Duration.ofMillis(700));
      assertSameAfterRest(host, client);
      assertSameAfterRest(host, server);
    }
  }

  @Test
  void wakesAsItWasAfterLosses() throws Exception {
    TcpFixture us = new TcpFixture().accept(PeerSegment.mss(TcpFixture.MSS));
    us.peerSends("before");
    assertThat(us.write(5 * TcpFixture.MSS)).isEqualTo(5 * TcpFixture.MSS);
    us.pass(Duration.ofSeconds(3));
    assertThat(us.core().sender.retransmissions()).isPositive();
    us.peerAcknowledges(us.tcb().sndNxt);
    assertThat(us.read()).isEqualTo("before");
    us.pass(Duration.ofSeconds(1));
    assertSame(us.core(), us.tcp, us.core().settings);
  }

  @Test
  void wakesAsItWasInAStateOfTheEnd() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    pass(host, client, server, 10);
    client.shutdownOutput();
    assertThat(TcpHost.read(server)).isEqualTo("<end>");
    host.clock.advance(Duration.ofSeconds(1));
    assertThat(core(client).tcb.state).isEqualTo(TcpState.FIN_WAIT_2);
    assertSameAfterRest(host, client);
    assertThat(core(server).tcb.state).isEqualTo(TcpState.CLOSE_WAIT);
    assertSameAfterRest(host, server);
    server.close();
    assertThat(core(client).tcb.state).isEqualTo(TcpState.TIME_WAIT);
    assertSameAfterRest(host, client);
  }

  @Test
  void restsOnceItsTimerFindsNothingToDoAndGoesOnWhenItIsUsed() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    for (int i = 0; i < 3; i++) {
      pass(host, client, server, 10);
      pass(host, server, client, 10);
      assertThat(((TcpEndpoint) client).isResting()).isFalse();
      host.clock.advance(Duration.ofSeconds(2));
      assertThat(((TcpEndpoint) client).isResting()).isTrue();
      assertThat(((TcpEndpoint) server).isResting()).isTrue();
    }
    assertThat(client.readiness() & server.readiness() & 1).isZero();
    assertThat(((TcpEndpoint) client).status()).isNotNull();
    assertThat(((TcpEndpoint) client).isResting()).as("looked at, not woken").isTrue();
    server.close();
    assertThat(TcpHost.read(client)).isEqualTo("<end>");
  }

  @Test
  void whatWaitsToBeReadKeepsItAwake() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    assertThat(TcpHost.write(client, "hello")).isEqualTo(5);
    assertThat(TcpHost.write(server, "world")).isEqualTo(5);
    host.clock.advance(Duration.ofSeconds(2));
    assertThat(((TcpEndpoint) server).isResting()).isFalse();
    assertThat(TcpHost.read(server)).isEqualTo("hello");
  }

  @Test
  void optionsThatAreSetWhileItRestsCount() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    pass(host, client, server, 10);
    pass(host, server, client, 10);
    host.clock.advance(Duration.ofSeconds(2));
    assertThat(((TcpEndpoint) client).isResting()).isTrue();
    client.setOption(TransportOptions.TCP_CONGESTION, "reno");
    assertThat(core(client).sender.congestion().name()).isEqualTo("reno");
    assertThat(core(server).sender.congestion().name()).isEqualTo("cubic");
    assertSameAfterRest(host, client);
  }

  @Test
  void theTimersOfAConnectionThatRestsStillFire() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    pass(host, client, server, 10);
    client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    host.clock.advance(Duration.ofSeconds(2));
    assertThat(((TcpEndpoint) client).isResting()).isTrue();
    int before = host.trace.size();
    host.clock.advance(Duration.ofHours(2));
    assertThat(host.trace.size() - before).as("a probe and its answer").isEqualTo(2);
  }

  private static TcpConnection core(StreamEndpoint endpoint) {
    return Objects.requireNonNull(((TcpEndpoint) endpoint).core());
  }

  private static void pass(TcpHost host, StreamEndpoint from, StreamEndpoint to, int size)
      throws Exception {
    ByteBuffer out = ByteBuffer.allocate(size);
    ByteBuffer in = ByteBuffer.allocate(size);
    for (int i = 0; in.hasRemaining() && i < 10_000; i++) {
      if (from.write(out) + to.read(in) == 0) {
        host.clock.advance(Duration.ofMillis(1));
      }
    }
    assertThat(in.hasRemaining()).isFalse();
  }

  private static void assertSameAfterRest(TcpHost host, StreamEndpoint endpoint) {
    assertSame(core(endpoint), host.tcp, core(endpoint).settings);
  }

  private static void assertSame(TcpConnection before, TcpProtocol tcp, TcpSettings settings) {
    assertThat(before.canRest()).isTrue();
    TcpConnection after =
        RestingConnection.of(before)
            .wake(tcp.configuration(), settings, tcp.internet(), before.out.ends(), owner(before));
    assertEqual("connection", before, after, new IdentityHashMap<>());
  }

  private static TcpConnection.Owner owner(TcpConnection connection) {
    try {
      Field owner = TcpConnection.class.getDeclaredField("owner");
      owner.setAccessible(true);
      return (TcpConnection.Owner) owner.get(connection);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** Field by field, so that one that is added to a part and not carried fails here. */
  private static void assertEqual(
      String path, @Nullable Object a, @Nullable Object b, Map<Object, Object> seen) {
    if (a == b) {
      return;
    }
    if (a == null || b == null) {
      throw new AssertionError(path + ": " + a + " became " + b);
    }
    if (seen.put(a, b) == b) {
      return;
    }
    assertThat(b).as(path).hasSameClassAs(a);
    if (a instanceof Number || a instanceof Boolean || a instanceof long[]) {
      assertThat(b).as(path).isEqualTo(a);
      return;
    }
    if (!isPart(a.getClass())) {
      throw new AssertionError(path + ": is not the same " + a.getClass().getSimpleName());
    }
    for (Class<?> c = a.getClass(); c != Object.class; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        String name = c.getSimpleName() + "." + field.getName();
        if (!Modifier.isStatic(field.getModifiers()) && !SCRATCH.contains(name)) {
          assertEqual(path + " > " + name, value(field, a), value(field, b), seen);
        }
      }
    }
  }

  /** Whether it is made anew with a connection; all else is shared and must be the same object. */
  private static boolean isPart(Class<?> c) {
    return c.getPackage() == TcpConnection.class.getPackage()
        && !Set.of(TcpSettings.class, TcpConfiguration.class, TcpEndpoint.class).contains(c);
  }

  private static @Nullable Object value(Field field, Object of) {
    try {
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}

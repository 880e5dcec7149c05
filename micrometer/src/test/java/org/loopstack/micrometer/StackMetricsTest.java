// SPDX-License-Identifier: Apache-2.0
package org.loopstack.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.engine.VirtualClock;

/** What a registry shows of a stack, bound after something has happened on it. */
class StackMetricsTest {
  private final Stack stack =
      Stack.create(
          StackConfiguration.linux().toBuilder().clock(new VirtualClock()).name("web").build());
  private final MeterRegistry registry = new SimpleMeterRegistry();

  @AfterEach
  void close() {
    stack.close();
    registry.close();
  }

  private double counter(String name, String... tags) {
    return registry.get(name).tags(tags).functionCounter().count();
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  @Test
  void connectionsAndSegmentsAreShown() throws Exception {
    ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
    server.bind(new InetSocketAddress("127.0.0.1", 8080));
    SocketChannel client = stack.selectorProvider().openSocketChannel();
    client.connect(new InetSocketAddress("127.0.0.1", 8080));
    new StackMetrics(stack).bindTo(registry);
    assertThat(gauge("loopstack.tcp.connections", "state", "ESTAB", "stack", "web")).isEqualTo(2);
    assertThat(gauge("loopstack.tcp.connections", "state", "LISTEN")).isEqualTo(1);
    assertThat(counter("loopstack.tcp.connections.opened", "side", "active")).isEqualTo(1);
    assertThat(counter("loopstack.tcp.connections.opened", "side", "passive")).isEqualTo(1);
    assertThat(counter("loopstack.tcp.segments", "direction", "out")).isEqualTo(3);
    assertThat(counter("loopstack.tcp.segments.retransmitted")).isZero();
    assertThat(gauge("loopstack.tcp.memory")).isPositive();
    client.close();
    server.close();
  }

  @Test
  void datagramsAndWhyTheyWereThrownAwayAreShown() throws Exception {
    try (DatagramChannel socket = stack.selectorProvider().openDatagramChannel()) {
      socket.bind(new InetSocketAddress("127.0.0.1", 5353));
      socket.send(ByteBuffer.allocate(10), new InetSocketAddress("127.0.0.1", 9));
      new StackMetrics(stack).bindTo(registry);
      assertThat(counter("loopstack.udp.datagrams", "direction", "out", "version", "4"))
          .isEqualTo(1);
      assertThat(counter("loopstack.udp.datagrams", "direction", "out", "version", "6")).isZero();
      assertThat(gauge("loopstack.udp.sockets")).isEqualTo(1);
      assertThat(counter("loopstack.dropped", "reason", "udp_no_port")).isEqualTo(1);
      assertThat(counter("loopstack.dropped", "reason", "tcp_paws")).isZero();
      // The datagram and the message that comes back.
      assertThat(counter("loopstack.ip.datagrams", "direction", "in", "version", "4")).isEqualTo(2);
      assertThat(counter("loopstack.interface.bytes", "interface", "lo", "direction", "out"))
          .isEqualTo(38 + 66);
      assertThat(counter("loopstack.interface.packets", "interface", "lo", "direction", "in"))
          .isEqualTo(2);
    }
  }

  @Test
  void allMetersNameTheStackAndWhatWasAskedFor() {
    new StackMetrics(stack, List.of(Tag.of("region", "here"))).bindTo(registry);
    List<Meter> meters = registry.getMeters();
    assertThat(meters)
        .isNotEmpty()
        .allMatch(m -> "web".equals(m.getId().getTag("stack")))
        .allMatch(m -> "here".equals(m.getId().getTag("region")))
        .allMatch(m -> m.getId().getName().startsWith("loopstack."))
        .noneMatch(m -> Double.isNaN(m.measure().iterator().next().getValue()));
  }
}

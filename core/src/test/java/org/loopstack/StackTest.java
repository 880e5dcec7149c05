// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Clock;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

class StackTest {
  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  @Test
  void aNewStackHasALoopbackAsLinuxShowsIt() {
    VirtualClock clock = new VirtualClock(Instant.parse("2026-01-02T03:04:05Z"));
    StackConfiguration configuration =
        StackConfiguration.linux().toBuilder().name("one").clock(clock).build();
    try (Stack stack = Stack.create(configuration)) {
      StackSnapshot snapshot = stack.snapshot();
      assertThat(snapshot.name()).isEqualTo("one");
      assertThat(snapshot.time()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
      assertThat(snapshot.interfaces()).hasSize(1);
      StackSnapshot.Interface lo = snapshot.interfaces().getFirst();
      assertThat(lo.index()).isEqualTo(1);
      assertThat(lo.name()).isEqualTo("lo");
      assertThat(lo.flags()).containsExactly("LOOPBACK", "UP", "LOWER_UP");
      assertThat(lo.mtu()).isEqualTo(65_536);
      assertThat(lo.qdisc()).isEqualTo("noqueue");
      assertThat(lo.state()).isEqualTo("UNKNOWN");
      assertThat(lo.group()).isEqualTo("default");
      assertThat(lo.queueLength()).isEqualTo(1000);
      assertThat(lo.linkType()).isEqualTo("loopback");
      assertThat(lo.hardwareAddress()).isEqualTo("00:00:00:00:00:00");
      assertThat(lo.hardwareBroadcast()).isEqualTo("00:00:00:00:00:00");
      assertThat(lo.addresses())
          .containsExactly(
              new StackSnapshot.Address(
                  ip("127.0.0.1"), 8, null, "host", "lo", false, 4294967295L, 4294967295L),
              new StackSnapshot.Address(
                  ip("::1"), 128, null, "host", null, false, 4294967295L, 4294967295L));
      assertThat(snapshot.sockets()).isEmpty();
      assertThat(snapshot.drops()).isEmpty();
      assertThat(snapshot.localRoutes())
          .anySatisfy(
              r -> {
                assertThat(r.prefix()).isEqualTo(IpPrefix.IPV4_LOOPBACK);
                assertThat(r.type()).isEqualTo("local");
                assertThat(r.interfaceName()).isEqualTo("lo");
              });
    }
  }

  @Test
  void twoStacksOnAWireReachEachOtherAndCount() throws IOException {
    VirtualClock clock = new VirtualClock();
    StackConfiguration linux = StackConfiguration.linux().toBuilder().clock(clock).build();
    try (Stack a = Stack.create(linux);
        Stack b = Stack.create(linux)) {
      Wire wire = new Wire(clock);
      StackInterface eth = a.addInterface("eth0", wire.left(), "10.0.0.1/24", "fd00::1/64");
      b.addInterface("eth0", wire.right(), "10.0.0.2/24", "fd00::2/64");
      assertThat(eth.addresses()).containsExactly(ip("10.0.0.1"), ip("fd00::1"));
      assertThat(a.interfaces()).containsExactly(a.loopback(), eth);
      assertThat(a.interfaceNamed("eth0")).isEqualTo(eth);
      assertThat(a.interfaceNamed("eth1")).isNull();
      for (String target : new String[] {"10.0.0.2", "fd00::2"}) {
        try (EchoSocket ping = a.openEchoSocket(ip(target).isIpv6())) {
          ping.send(ip(target), 1, new byte[56]);
          assertThat(ping.receive(Duration.ZERO)).isInstanceOf(EchoSocket.Reply.class);
        }
      }
      StackSnapshot.Counters counters = a.snapshot().interfaces().get(1).counters();
      assertThat(counters.transmittedPackets()).isEqualTo(2);
      assertThat(counters.receivedPackets()).isEqualTo(2);
      assertThat(counters.receivedBytes()).isEqualTo(84 + 104);
      a.removeInterface(eth);
      assertThat(a.interfaces()).containsExactly(a.loopback());
      assertThat(eth.addresses()).isEmpty();
      assertThatThrownBy(() -> a.removeInterface(a.loopback()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anInterfaceWhoseAddressIsRefusedIsNotThere() {
    try (Stack stack = Stack.create()) {
      Wire wire = new Wire(stack.engine().scheduler());
      assertThatThrownBy(() -> stack.addInterface("eth0", wire.left(), "127.0.0.2/8"))
          .isInstanceOf(IOException.class);
      assertThat(stack.interfaces()).hasSize(1);
      assertThatThrownBy(() -> stack.addInterface("eth0", wire.right(), "nonsense"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nonsense");
      assertThatThrownBy(() -> stack.addInterface("a b", wire.right())).hasMessageContaining("a b");
    }
  }

  @Test
  void routesAreAddedListedAndRemoved() throws IOException {
    try (Stack stack = Stack.create()) {
      Wire wire = new Wire(stack.engine().scheduler());
      StackInterface eth = stack.addInterface("eth0", wire.left(), "10.0.0.1/24");
      IpPrefix everything = IpPrefix.parse("0.0.0.0/0");
      stack.routes().add(everything, ip("10.0.0.254"), eth);
      stack.routes().add(IpPrefix.parse("192.0.2.0/24"), eth);
      assertThat(stack.routes().list())
          .contains(
              new StackSnapshot.Route(everything, "unicast", ip("10.0.0.254"), "eth0", null, 0));
      assertThatThrownBy(() -> stack.routes().add(everything, ip("10.0.0.254"), eth))
          .isInstanceOf(IOException.class);
      assertThat(stack.routes().remove(everything)).isTrue();
      assertThat(stack.routes().remove(everything)).isFalse();
      assertThat(stack.routes().list()).noneMatch(r -> r.prefix().equals(everything));
    }
  }

  @Test
  void interfacesCanBeChanged() throws IOException {
    try (Stack stack = Stack.create()) {
      StackInterface lo = stack.loopback();
      lo.addAddress("10.1.1.1/32");
      assertThat(lo.addresses()).contains(ip("10.1.1.1"));
      assertThat(lo.removeAddress(ip("10.1.1.1"))).isTrue();
      assertThat(lo.removeAddress(ip("10.1.1.1"))).isFalse();
      lo.setMtu(1500);
      assertThat(lo.mtu()).isEqualTo(1500);
      assertThatThrownBy(() -> lo.setMtu(70_000)).hasMessageContaining("70000");
      lo.setUp(false);
      assertThat(lo.isUp()).isFalse();
      assertThat(stack.snapshot().interfaces().getFirst().flags()).containsExactly("LOOPBACK");
      assertThat(stack.snapshot().interfaces().getFirst().state()).isEqualTo("DOWN");
    }
  }

  @Test
  void aStackCanBeginWithItsLoopbackDown() {
    StackConfiguration down = StackConfiguration.linux().toBuilder().loopbackUp(false).build();
    try (Stack stack = Stack.create(down)) {
      assertThat(stack.loopback().isUp()).isFalse();
      assertThat(stack.loopback().addresses()).isEmpty();
      stack.loopback().setUp(true);
      assertThat(stack.loopback().addresses()).containsExactly(ip("127.0.0.1"), ip("::1"));
    }
  }

  @Test
  void stacksDoNotKnowOfEachOther() throws IOException {
    try (Stack a = Stack.create();
        Stack b = Stack.create()) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", 8080);
      DatagramChannel one = a.selectorProvider().openDatagramChannel();
      DatagramChannel other = b.selectorProvider().openDatagramChannel();
      one.bind(address);
      other.bind(address);
      DatagramChannel client = a.selectorProvider().openDatagramChannel();
      client.send(ByteBuffer.wrap(new byte[] {42}), address);
      ByteBuffer target = ByteBuffer.allocate(10);
      assertThat(one.receive(target)).isNotNull();
      assertThat(target.get(0)).isEqualTo((byte) 42);
      other.configureBlocking(false);
      assertThat(other.receive(target)).isNull();
      assertThat(a.snapshot().sockets()).hasSize(2);
    }
  }

  @Test
  void closingAStackClosesItsChannelsAndWakesWhoeverWaits() throws Exception {
    Stack stack = Stack.create();
    DatagramChannel channel = stack.selectorProvider().openDatagramChannel();
    channel.bind(new InetSocketAddress("127.0.0.1", 8080));
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<Void> reader =
        CompletableFuture.runAsync(
            () -> {
              started.countDown();
              try {
                channel.receive(ByteBuffer.allocate(1));
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            task -> Thread.ofVirtual().start(task));
    started.await();
    stack.close();
    stack.close();
    assertThat(channel.isOpen()).isFalse();
    assertThat(stack.isOpen()).isFalse();
    assertThat(stack.snapshot().sockets()).isEmpty();
    // An AsynchronousCloseException if it was waiting already, else its superclass.
    assertThatThrownBy(reader::join).cause().isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> stack.selectorProvider().openDatagramChannel())
        .isInstanceOf(IOException.class);
  }

  @Test
  void closingLeavesNoTimer() throws IOException {
    VirtualClock clock = new VirtualClock();
    Stack stack = Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());
    try (EchoSocket ping = stack.openEchoSocket(false)) {
      ping.send(ip("127.0.0.1"), 1, new byte[1]);
      stack.close();
    }
    assertThat(clock.nextDeadline()).isEqualTo(Clock.NEVER);
  }

  @Test
  void settingsOutOfRangeAreRefusedByTheirValue() {
    StackConfiguration.Builder builder = StackConfiguration.linux().toBuilder();
    assertThatThrownBy(() -> builder.name(" ")).hasMessageContaining("\" \"");
    assertThatThrownBy(() -> builder.defaultTtl(0)).hasMessageContaining("1 to 255: 0");
    assertThatThrownBy(() -> builder.ephemeralPorts(5000, 4000)).hasMessageContaining("4000");
    assertThatThrownBy(() -> builder.timeWait(Duration.ofSeconds(-1)))
        .hasMessageContaining("PT-1S");
    assertThatThrownBy(() -> builder.maximumBacklog(0)).hasMessageContaining(": 0");
    assertThatThrownBy(() -> builder.busyPoll(Duration.ofSeconds(2))).hasMessageContaining("PT2S");
    StackConfiguration changed =
        builder.name("x").ephemeralPorts(4000, 5000).seed(7L).build().toBuilder().build();
    assertThat(changed.name()).isEqualTo("x");
    assertThat(changed.firstEphemeralPort()).isEqualTo(4000);
    assertThat(changed.lastEphemeralPort()).isEqualTo(5000);
    assertThat(changed.seed()).isEqualTo(7L);
  }

  @Test
  void busyPollingChangesHowOneWaitsAndNothingElse() throws Exception {
    StackConfiguration polling =
        StackConfiguration.linux().toBuilder().busyPoll(Duration.ofMillis(2)).build();
    assertThat(polling.toBuilder().build().busyPoll()).isEqualTo(Duration.ofMillis(2));
    try (Stack stack = Stack.create(polling);
        ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
        SocketChannel client = stack.selectorProvider().openSocketChannel()) {
      server.bind(new InetSocketAddress("127.0.0.1", 80));
      client.connect(new InetSocketAddress("127.0.0.1", 80));
      try (SocketChannel accepted = server.accept()) {
        Thread echo = Thread.ofPlatform().start(() -> echo(accepted));
        ByteBuffer one = ByteBuffer.allocate(1);
        for (int i = 0; i < 1000; i++) {
          one.clear().put(0, (byte) i);
          assertThat(client.write(one)).isOne();
          assertThat(client.read(one.clear())).isOne();
          assertThat(one.get(0)).isEqualTo((byte) i);
        }
        client.shutdownOutput();
        assertThat(client.read(one.clear())).isEqualTo(-1);
        echo.join();
      }
    }
  }

  private static void echo(SocketChannel channel) {
    ByteBuffer one = ByteBuffer.allocate(1);
    try (channel) {
      while (channel.read(one.clear()) == 1) {
        int _ = channel.write(one.flip());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TransportChecksums;

class AnswersTest {
  private final World world = new World().watched();
  private final Faults faults = world.faults;

  @AfterEach
  void close() {
    for (World.Seen each : world.seen) {
      assertThat(TransportChecksums.check(each.bytes(), 0, each.bytes().length))
          .as(each.verdict())
          .isIn(TransportChecksums.Check.RIGHT, TransportChecksums.Check.NOT_CHECKABLE);
    }
    world.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aConnectionIsRefusedAlthoughSomebodyListens(String address) throws IOException {
    ServerSocketChannel server = world.listen(address, 80, 5);
    FaultHandle rule = faults.add(Fault.refuse(80));
    assertThatThrownBy(() -> connected(world.begin(address, 80)))
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection refused");
    assertThat(server.accept()).isNull();
    assertThat(rule.applied()).isEqualTo(1);
    rule.close();
    assertThat(world.begin(address, 80).finishConnect()).isTrue();
  }

  private static void connected(SocketChannel client) throws IOException {
    assertThat(client.finishConnect()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aDatagramIsRefusedAlthoughSomebodyIsBound(String address) throws IOException {
    DatagramChannel a = world.udp(address, 1000);
    DatagramChannel b = world.udp(address, 2000);
    a.connect(b.getLocalAddress());
    faults.add(Fault.refuse(2000));
    assertThat(a.write(ByteBuffer.allocate(4))).isEqualTo(4);
    assertThatThrownBy(() -> a.read(ByteBuffer.allocate(4)))
        .isInstanceOf(PortUnreachableException.class);
    assertThat(World.received(b)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void anEstablishedConnectionIsResetAtBothEnds(String address) throws IOException {
    World.Pair pair = world.connect(address, 80);
    World.write(pair.client(), "before");
    assertThat(World.read(pair.server())).isEqualTo("before");
    faults.add(Fault.on(Match.tcp().data()).reset().times(1));
    World.write(pair.client(), "the end");
    assertReset(() -> World.read(pair.client()));
    assertReset(() -> World.read(pair.server()));
    assertThat(world.stack.snapshot().sockets()).isEmpty();
  }

  private static void assertReset(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessage("Connection reset");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "999", "1000", "1001", "70000", "200000"})
  void aConnectionIsResetAfterExactlySoManyBytes(int bytes) throws IOException {
    World.Pair pair = world.connect("127.0.0.1", 80);
    FaultHandle rule = faults.add(Fault.on(Match.tcp().dstPort(80)).resetAfter(bytes));
    ByteBuffer all = ByteBuffer.allocate(500_000);
    try {
      for (int i = 0; i < 500 && all.hasRemaining(); i++) {
        ByteBuffer piece = all.slice(all.position(), Math.min(1000, all.remaining()));
        all.position(all.position() + pair.client().write(piece));
      }
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("Connection reset( by peer)?|Broken pipe");
    }
    long received = 0;
    IOException end = null;
    while (end == null) {
      try {
        int n = World.read(pair.server()).length();
        assertThat(n).isPositive();
        received += n;
      } catch (IOException e) {
        end = e;
      }
    }
    assertThat(received).isEqualTo(bytes);
    assertThat(end).hasMessage("Connection reset");
    assertThat(rule.applied()).isPositive();
    assertThat(world.stack.snapshot().sockets()).isEmpty();
  }

  @Test
  void eachConnectionIsResetAfterItsOwnBytesAndANewOneBeginsAtNone() throws IOException {
    faults.add(Fault.resetAfter(10));
    World.Pair one = world.connect("127.0.0.1", 80);
    World.Pair two = world.connect("127.0.0.1", 81);
    World.write(one.client(), "12345");
    World.write(two.client(), "12345");
    World.write(one.server(), "1234");
    assertThat(World.read(one.client())).isEqualTo("1234");
    World.write(one.client(), "678");
    assertThat(World.read(one.server())).isEqualTo("123456");
    assertReset(() -> World.read(one.server()));
    assertThat(World.read(two.server())).isEqualTo("12345");
    World.Pair three = world.connect("127.0.0.1", 80);
    World.write(three.client(), "123456789");
    assertThat(World.read(three.server())).isEqualTo("123456789");
  }

  @Test
  void whoMissesItsResetGetsAnotherOne() throws IOException {
    World.Pair pair = world.connect("127.0.0.1", 80);
    FaultHandle rule = faults.add(Fault.resetAfter(5));
    // The server's own reset is lost on the stretch behind.
    FaultHandle loss = faults.add(Fault.on(Match.tcp().dstPort(80).flags("R")).drop().times(1));
    World.write(pair.client(), "12345678");
    assertThat(loss.applied()).isEqualTo(1);
    assertThat(World.read(pair.server())).isEqualTo("12345");
    // The server's acknowledgment of the data was answered with another one.
    assertReset(() -> World.read(pair.server()));
    assertThat(rule.applied()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, NET_UNREACHABLE, java.net.SocketException, Network is unreachable",
    "127.0.0.1, HOST_UNREACHABLE, java.net.NoRouteToHostException, No route to host",
    "127.0.0.1, PORT_UNREACHABLE, java.net.ConnectException, Connection refused",
    "127.0.0.1, PROTOCOL_UNREACHABLE, java.net.SocketException, Protocol not available",
    "127.0.0.1, ADMIN_PROHIBITED, java.net.NoRouteToHostException, No route to host",
    "::1, NET_UNREACHABLE, java.net.SocketException, Network is unreachable",
    "::1, HOST_UNREACHABLE, java.net.NoRouteToHostException, No route to host",
    "::1, PORT_UNREACHABLE, java.net.ConnectException, Connection refused",
    "::1, ADMIN_PROHIBITED, java.io.IOException, Permission denied",
  })
  void anIcmpErrorEndsAnAttemptToConnectAsOnLinux(
      String address, IcmpError error, Class<?> type, String text) throws IOException {
    world.listen(address, 80, 5);
    faults.add(Fault.on(Match.tcp().dstPort(80)).answer(error));
    assertThatThrownBy(() -> connected(world.begin(address, 80)))
        .isInstanceOf(type)
        .hasMessageContaining(text);
  }

  @Test
  void anErrorByItsNumbersIsForItsVersionOnly() throws IOException {
    world.listen("127.0.0.1", 80, 5);
    world.listen("::1", 80, 5);
    faults.add(Fault.on(Match.tcp().syn()).answerIcmp(3, 1));
    assertThatThrownBy(() -> connected(world.begin("127.0.0.1", 80)))
        .isInstanceOf(NoRouteToHostException.class);
    assertThat(world.begin("::1", 80).finishConnect()).isTrue();
    faults.add(Fault.on(Match.tcp().syn()).answerIcmpv6(1, 3));
    assertThatThrownBy(() -> connected(world.begin("::1", 80)))
        .isInstanceOf(NoRouteToHostException.class);
  }

  @Test
  void nobodyReportsAnErrorAboutAnError() throws IOException {
    DatagramChannel a = world.udp(1000);
    a.connect(new InetSocketAddress("127.0.0.1", 2000));
    FaultHandle rule = faults.add(Fault.on(Match.icmp()).answer(IcmpError.HOST_UNREACHABLE));
    int _ = a.write(ByteBuffer.allocate(1));
    assertThat(rule.matched()).isEqualTo(1);
    assertThat(rule.applied()).isZero();
    assertThatThrownBy(() -> a.read(ByteBuffer.allocate(1)))
        .isInstanceOf(PortUnreachableException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aSmallerMtuIsLearntAndTheDataSentAgainInSmallerPieces(String address) throws IOException {
    World.Pair pair = world.connect(address, 80);
    FaultHandle rule = faults.add(Fault.mtu(1500));
    World.write(pair.client(), "z".repeat(20_000));
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100 && all.length() < 20_000; i++) {
      all.append(World.read(pair.server()));
      world.advanceMillis(10);
    }
    assertThat(all.length()).isEqualTo(20_000);
    assertThat(rule.applied()).isPositive();
    assertThat(world.seen)
        .filteredOn(World.Seen::delivered)
        .allMatch(seen -> seen.bytes().length <= 1500);
    assertThat(world.stack.snapshot().drops()).containsKey(DropReason.MTU_EXCEEDED);
  }

  @Test
  void aConnectedDatagramSocketIsToldAndAnIpv4DatagramThatMayBeIsFragmented() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.mtu(1500));
    // The first datagram says "don't fragment"; its error teaches the path's MTU, so that the next
    // is sent in fragments.
    World.send(a, b, "x".repeat(5000));
    assertThat(World.received(b)).isEmpty();
    World.send(a, b, "x".repeat(5000));
    assertThat(World.received(b)).containsExactly("x".repeat(5000));
  }

  @Test
  void aDatagramIsFragmentedOnTheWay() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    // DF is off once the datagram is larger than the interface's own MTU: its fragments may be cut.
    world.stack.loopback().setMtu(3000);
    faults.add(Fault.mtu(1000));
    World.send(a, b, "0123456789".repeat(500));
    assertThat(World.received(b)).containsExactly("0123456789".repeat(500));
    assertThat(world.seen)
        .allMatch(seen -> seen.bytes().length <= 1000)
        .allMatch(seen -> Ipv4Header.isChecksumValid(seen.bytes(), 0))
        .hasSizeGreaterThan(5);
  }

  @Test
  void aPathMtuBlackHoleSwallowsWithoutAWord() throws IOException {
    World.Pair pair = world.connect("127.0.0.1", 80);
    faults.add(Fault.on(Match.tcp()).silentMtu(1500));
    World.write(pair.client(), "z".repeat(20_000));
    world.advanceMillis(100);
    assertThat(World.read(pair.server())).isEmpty();
    assertThat(world.seen).noneMatch(seen -> seen.bytes()[9] == 1);
  }

  @Test
  void aFullBacklogTakesOneMoreThanItsLengthAsOnLinux() throws IOException {
    world.listen("127.0.0.1", 80, 50);
    FaultHandle rule = faults.add(Fault.slowAccept(80, 2));
    List<Boolean> connected = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      connected.add(world.begin("127.0.0.1", 80).finishConnect());
    }
    assertThat(connected).containsExactly(true, true, true, false, false);
    assertThat(rule.applied()).isEqualTo(2);
  }

  @Test
  void aSlowServerMakesRoomNowAndThen() throws IOException {
    world.listen("127.0.0.1", 80, 50);
    Match port = Match.tcp().dstPort(80);
    faults.add(Fault.on(port).slowAccept(0, Duration.ofMillis(1500)));
    SocketChannel first = world.begin("127.0.0.1", 80);
    SocketChannel second = world.begin("127.0.0.1", 80);
    assertThat(first.finishConnect()).isTrue();
    world.advanceMillis(1999);
    assertThat(second.finishConnect()).isFalse();
    world.advanceMillis(1);
    assertThat(second.finishConnect()).isTrue();
  }

  @Test
  void synsToAPortAreLost() throws IOException {
    world.listen("127.0.0.1", 80, 5);
    world.listen("127.0.0.1", 81, 5);
    faults.add(Fault.dropSyn(80).times(1));
    SocketChannel client = world.begin("127.0.0.1", 80);
    assertThat(world.begin("127.0.0.1", 81).finishConnect()).isTrue();
    assertThat(client.finishConnect()).isFalse();
    world.advanceMillis(1000);
    assertThat(client.finishConnect()).isTrue();
  }

  @Test
  void aBlackHoleMakesAnAttemptTimeOut() throws IOException {
    world.listen("127.0.0.1", 80, 5);
    faults.add(Fault.blackhole());
    SocketChannel client = world.begin("127.0.0.1", 80);
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    world.clock.advance(Duration.ofMinutes(5));
    assertThatThrownBy(client::finishConnect)
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection timed out");
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.loopstack.StackSnapshot.Socket;
import org.loopstack.engine.VirtualClock;
import org.loopstack.transport.info.SocketDetails;
import org.loopstack.transport.info.SocketTimer;
import org.loopstack.transport.info.TcpInfo;
import org.loopstack.wire.DropReason;

/** What a snapshot shows of sockets and counters, in virtual time. */
class StackSnapshotTest {
  private final VirtualClock clock = new VirtualClock();
  private final Stack stack =
      Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());

  @AfterEach
  void close() {
    stack.close();
  }

  private Socket tcp(String state, int localPort) {
    return stack.snapshot().sockets().stream()
        .filter(s -> s.protocol().equals("tcp"))
        .filter(s -> s.state().equals(state) && (localPort == 0 || s.localPort() == localPort))
        .findFirst()
        .orElseThrow();
  }

  private static SocketDetails details(Socket socket) {
    return requireNonNull(socket.details());
  }

  private static TcpInfo info(Socket socket) {
    return requireNonNull(details(socket).tcp());
  }

  private ServerSocketChannel listen() throws Exception {
    ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
    return server.bind(new InetSocketAddress("127.0.0.1", 8080), 7);
  }

  private SocketChannel connect() throws Exception {
    SocketChannel client = stack.selectorProvider().openSocketChannel();
    client.connect(new InetSocketAddress("127.0.0.1", 8080));
    return client;
  }

  @Test
  void aConnectionShowsItsQueuesItsOptionsItsTimerAndItsInnerState() throws Exception {
    try (ServerSocketChannel server = listen();
        SocketChannel client = stack.selectorProvider().openSocketChannel()) {
      client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      client.connect(new InetSocketAddress("127.0.0.1", 8080));
      client.write(ByteBuffer.allocate(1000));
      clock.advance(Duration.ofMinutes(1));
      Socket listening = tcp("LISTEN", 8080);
      assertThat(listening.receiveQueue()).isEqualTo(1);
      assertThat(listening.sendQueue()).isEqualTo(7);
      Socket served = tcp("ESTAB", 8080);
      assertThat(served.receiveQueue()).isEqualTo(1000);
      assertThat(details(served).timer()).isNull();
      assertThat(details(served).memory().received()).isPositive();
      Socket mine = tcp("ESTAB", served.remotePort());
      assertThat(details(mine).options())
          .containsEntry("SO_KEEPALIVE", "on")
          .containsEntry("TCP_KEEPIDLE", "7200")
          .containsEntry("TCP_NODELAY", "on")
          .doesNotContainKey("TCP_CORK");
      SocketTimer timer = requireNonNull(details(mine).timer());
      assertThat(timer.kind()).isEqualTo(SocketTimer.Kind.KEEPALIVE);
      assertThat(Duration.ofNanos(timer.left())).isEqualTo(Duration.ofMinutes(119));
      assertThat(details(mine).congestion()).isEqualTo("cubic");
      assertThat(info(mine).bytesSent()).isEqualTo(1000);
      assertThat(info(mine).pmtu()).isEqualTo(65_536);
      assertThat(info(served).bytesReceived()).isEqualTo(1000);
    }
  }

  @Test
  void whatWaitsForAnAnswerShowsWhenItGoesAgainAndHowOftenItHas() throws Exception {
    try (ServerSocketChannel _ = listen();
        SocketChannel client = connect()) {
      stack.loopback().setUp(false);
      client.write(ByteBuffer.allocate(1000));
      Socket mine = tcp("ESTAB", client.socket().getLocalPort());
      assertThat(mine.sendQueue()).isEqualTo(1000);
      SocketTimer timer = requireNonNull(details(mine).timer());
      assertThat(timer.kind()).isEqualTo(SocketTimer.Kind.ON);
      assertThat(timer.left()).isPositive();
      assertThat(timer.count()).isZero();
      clock.advance(Duration.ofSeconds(1));
      mine = tcp("ESTAB", client.socket().getLocalPort());
      timer = requireNonNull(details(mine).timer());
      assertThat(timer.kind()).isEqualTo(SocketTimer.Kind.ON);
      assertThat(timer.count()).isPositive().isEqualTo(info(mine).backoff());
      stack.loopback().setUp(true);
    }
  }

  @Test
  void aConnectionInTimeWaitShowsHowLongItStillWaits() throws Exception {
    try (ServerSocketChannel server = listen()) {
      SocketChannel client = connect();
      SocketChannel served = server.accept();
      client.close();
      served.close();
      clock.advance(Duration.ofSeconds(10));
      SocketTimer timer = requireNonNull(details(tcp("TIME-WAIT", 0)).timer());
      assertThat(timer).isEqualTo(new SocketTimer(SocketTimer.Kind.TIMEWAIT, 50_000_000_000L, 0));
    }
  }

  @Test
  void aDatagramSocketShowsWhatItHoldsAndWhatItHasLost() throws Exception {
    try (DatagramChannel socket = stack.selectorProvider().openDatagramChannel()) {
      socket.bind(new InetSocketAddress("127.0.0.1", 5353));
      for (int i = 0; i < 300; i++) {
        socket.send(ByteBuffer.allocate(64), new InetSocketAddress("127.0.0.1", 5353));
      }
      Socket shown =
          stack.snapshot().sockets().stream()
              .filter(s -> s.protocol().equals("udp"))
              .findFirst()
              .orElseThrow();
      assertThat(details(shown).memory().drops()).isEqualTo(300 - 256);
      assertThat(details(shown).memory().received()).isEqualTo(256 * 832);
      Map<String, Long> counters = stack.snapshot().counters();
      assertThat(counters)
          .containsEntry("UdpOutDatagrams", 300L)
          .containsEntry("UdpInDatagrams", 0L)
          .containsEntry("UdpRcvbufErrors", 44L)
          .containsEntry("UdpInErrors", 44L);
    }
  }

  @Test
  void datagramsAreCountedWhenTheyAreReadAndStayCounted() throws Exception {
    try (DatagramChannel socket = stack.selectorProvider().openDatagramChannel()) {
      socket.bind(new InetSocketAddress("::1", 5353));
      socket.send(ByteBuffer.allocate(1), new InetSocketAddress("::1", 5353));
      socket.send(ByteBuffer.allocate(1), new InetSocketAddress("::1", 9));
      assertThat(stack.snapshot().counters()).containsEntry("Udp6InDatagrams", 0L);
      socket.receive(ByteBuffer.allocate(10));
      assertThat(stack.snapshot().counters()).containsEntry("Udp6InDatagrams", 1L);
    }
    assertThat(stack.snapshot().counters())
        .containsEntry("Udp6InDatagrams", 1L)
        .containsEntry("Udp6OutDatagrams", 2L)
        .containsEntry("Udp6NoPorts", 1L)
        .containsEntry("UdpOutDatagrams", 0L);
    assertThat(stack.snapshot().drops()).containsEntry(DropReason.UDP_NO_PORT, 1L);
  }

  @Test
  void countersComeInTheOrderOfNstatWithThoseThatAreZero() {
    List<String> names = new ArrayList<>(stack.snapshot().counters().keySet());
    assertThat(names)
        .doesNotHaveDuplicates()
        .containsSubsequence(
            "IpInReceives",
            "IcmpInMsgs",
            "TcpActiveOpens",
            "TcpRetransSegs",
            "UdpInDatagrams",
            "Ip6InReceives",
            "Icmp6InMsgs",
            "Udp6InDatagrams",
            "TcpExtListenDrops",
            "TcpExtTCPTimeouts",
            "IpExtInCsumErrors");
    assertThat(stack.snapshot().counters().values()).containsOnly(0L);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.EchoSocket;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/** The other side is a stack, so that nothing depends on the machine's network. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatewayTest {
  private final Stack guest = Stack.create();
  private final Stack outside =
      Stack.create(StackConfiguration.linux().toBuilder().name("outside").build());
  private Gateway gateway;

  @BeforeEach
  void open() throws IOException {
    outside.loopback().addAddress("192.0.2.1/32");
    outside.loopback().addAddress("2001:db8::1/128");
    outside.loopback().addAddress("192.0.2.53/32");
    gateway =
        Gateway.of(guest, outside.selectorProvider(), List.of(InetAddress.ofLiteral("192.0.2.53")));
  }

  @AfterEach
  void close() {
    gateway.close();
    guest.close();
    outside.close();
  }

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private ServerSocketChannel server(String host, int port) throws IOException {
    return outside.selectorProvider().openServerSocketChannel().bind(at(host, port));
  }

  private SocketChannel connect(String host, int port) throws IOException {
    SocketChannel channel = guest.selectorProvider().openSocketChannel();
    try {
      channel.connect(at(host, port));
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "2001:db8::1, 2001:db8::1",
    "10.0.2.2, 127.0.0.1",
    "10.0.2.3, 192.0.2.53",
    "fd00:10:0:2::2, ::1"
  })
  void manyBytesPassAndTheEndOfEachDirectionWithThem(String called, String listens)
      throws Exception {
    byte[] sent = new byte[4 << 20];
    new Random(1).nextBytes(sent);
    try (ServerSocketChannel server = server(listens, 80);
        SocketChannel client = connect(called, 80);
        SocketChannel accepted = server.accept()) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      client.write(ByteBuffer.wrap(sent));
                      client.shutdownOutput();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      ByteBuffer received = ByteBuffer.allocate(sent.length + 1);
      while (accepted.read(received) >= 0) {}
      writer.join();
      accepted.write(ByteBuffer.wrap(new byte[] {7}));
      ByteBuffer answer = ByteBuffer.allocate(2);
      accepted.shutdownOutput();
      while (client.read(answer) >= 0) {}

      assertThat(Arrays.copyOf(received.array(), received.position())).isEqualTo(sent);
      assertThat(answer.position()).isEqualTo(1);
      assertThat(client.getRemoteAddress()).isEqualTo(at(called, 80));
    }
  }

  @Test
  void aRefusalIsARefusalAndTheSameDestinationIsReachedLater() throws Exception {
    assertThatThrownBy(() -> connect("192.0.2.1", 81)).isInstanceOf(ConnectException.class);
    try (ServerSocketChannel server = server("192.0.2.1", 81);
        SocketChannel client = connect("192.0.2.1", 81)) {
      assertThat(client.isConnected()).isTrue();
      assertThat(server.accept().isConnected()).isTrue();
    }
  }

  @Test
  void aConnectionIsRefusedWhereTheOtherSideHasNoWay() {
    assertThatThrownBy(() -> connect("198.51.100.7", 80)).isInstanceOf(ConnectException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
  void datagramsOfTwoClientsPassAndAnswersFindTheirWayBack(String host) throws Exception {
    try (DatagramChannel server = outside.selectorProvider().openDatagramChannel();
        DatagramChannel one = guest.selectorProvider().openDatagramChannel();
        DatagramChannel two = guest.selectorProvider().openDatagramChannel()) {
      server.bind(at(host, 53));
      for (DatagramChannel each : List.of(one, two, one)) {
        byte[] asked = new byte[3000];
        new Random(each == one ? 1 : 2).nextBytes(asked);
        each.send(ByteBuffer.wrap(asked), at(host, 53));
        ByteBuffer got = ByteBuffer.allocate(4000);
        var from = server.receive(got);
        server.send(got.flip(), from);
        ByteBuffer answer = ByteBuffer.allocate(4000);

        assertThat(each.receive(answer)).isEqualTo(at(host, 53));
        assertThat(Arrays.copyOf(answer.array(), answer.position())).isEqualTo(asked);
      }
    }
  }

  @Test
  void theGatewayItselfAnswersPing() throws Exception {
    try (EchoSocket echo = guest.openEchoSocket(false)) {
      echo.send(Gateway.IPV4, 1, new byte[] {1, 2, 3});
      assertThat(echo.receive(Duration.ofSeconds(10))).isNotNull();
    }
  }

  @Test
  void nameServersAreReadAsTheResolverReadsThem() {
    assertThat(
            NameServers.parse(
                List.of(
                    "# nameserver 192.0.2.9",
                    "search example.org",
                    "nameserver\t127.0.0.53",
                    "nameserver fe80::1%eth0",
                    "  nameserver 2001:db8::53 ")))
        .containsExactly(
            InetAddress.ofLiteral("127.0.0.53"), InetAddress.ofLiteral("2001:db8::53"));
  }

  @Test
  void allButANetworkIsEverythingElse() {
    IpPrefix network = IpPrefix.parse("10.0.2.0/24");
    List<IpPrefix> others = Gateway.allBut(network);

    assertThat(others).hasSize(24);
    for (String each : List.of("0.0.0.0", "10.0.1.255", "10.0.3.0", "127.0.0.1", "255.1.2.3")) {
      assertThat(others.stream().filter(o -> o.contains(IpAddress.parse(each)))).hasSize(1);
    }
    for (String each : List.of("10.0.2.0", "10.0.2.255")) {
      assertThat(others.stream().noneMatch(o -> o.contains(IpAddress.parse(each)))).isTrue();
    }
    IpPrefix inet6 = IpPrefix.parse("fd00:10:0:2::/64");
    assertThat(Gateway.allBut(inet6)).hasSize(64);
    assertThat(Gateway.allBut(inet6).stream().anyMatch(o -> o.contains(inet6.network()))).isFalse();
    IpAddress near = IpAddress.parse("fd00:10:0:3::1");
    assertThat(Gateway.allBut(inet6).stream().filter(o -> o.contains(near))).hasSize(1);
  }
}

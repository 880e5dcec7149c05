// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UdpRelayTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private DatagramSocket server;
  private UdpRelay relay;

  @BeforeEach
  void start() throws IOException {
    server = new DatagramSocket(0, LOOPBACK);
    server.setSoTimeout(20_000);
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    server.close();
  }

  private InetSocketAddress relay(Duration idle) throws IOException {
    DatagramChannel entrance = DatagramChannel.open().bind(new InetSocketAddress(LOOPBACK, 0));
    SocketAddress target = server.getLocalSocketAddress();
    relay = UdpRelay.start(entrance, () -> DatagramChannel.open().connect(target), idle);
    return (InetSocketAddress) entrance.getLocalAddress();
  }

  private static DatagramSocket client(InetSocketAddress entrance) throws IOException {
    DatagramSocket client = new DatagramSocket(0, LOOPBACK);
    client.connect(entrance);
    client.setSoTimeout(20_000);
    return client;
  }

  private static void send(DatagramSocket from, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    from.send(new DatagramPacket(bytes, bytes.length));
  }

  private static DatagramPacket receive(DatagramSocket at) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    at.receive(packet);
    return packet;
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  private void answer() throws IOException {
    DatagramPacket request = receive(server);
    byte[] bytes = ("re " + text(request)).getBytes(StandardCharsets.US_ASCII);
    server.send(new DatagramPacket(bytes, bytes.length, request.getSocketAddress()));
  }

  @Test
  void eachClientGetsItsOwnAnswers() throws IOException {
    InetSocketAddress entrance = relay(UdpRelay.IDLE);
    try (DatagramSocket a = client(entrance);
        DatagramSocket b = client(entrance)) {
      send(a, "from a");
      answer();
      send(b, "from b");
      answer();
      assertThat(text(receive(b))).isEqualTo("re from b");
      assertThat(text(receive(a))).isEqualTo("re from a");
      assertThat(relay.clients()).isEqualTo(2);
      send(a, "again");
      answer();
      assertThat(text(receive(a))).isEqualTo("re again");
      assertThat(relay.clients()).isEqualTo(2);
    }
  }

  @Test
  void largestDatagramsPass() throws IOException {
    InetSocketAddress entrance = relay(UdpRelay.IDLE);
    try (DatagramSocket client = client(entrance)) {
      byte[] largest = new byte[65_507];
      client.send(new DatagramPacket(largest, largest.length));
      DatagramPacket received = receive(server);
      assertThat(received.getLength()).isEqualTo(65_507);
      server.send(new DatagramPacket(largest, largest.length, received.getSocketAddress()));
      assertThat(receive(client).getLength()).isEqualTo(65_507);
      server.send(new DatagramPacket(largest, 0, received.getSocketAddress()));
      assertThat(receive(client).getLength()).isZero();
    }
  }

  @Test
  void clientThatIsSilentIsForgottenAndLearnedAgain() throws IOException {
    InetSocketAddress entrance = relay(Duration.ofMillis(1));
    try (DatagramSocket client = client(entrance)) {
      send(client, "one");
      DatagramPacket first = receive(server);
      while (relay.clients() > 0) {
        Thread.onSpinWait();
      }
      send(client, "two");
      DatagramPacket second = receive(server);
      assertThat(text(first) + text(second)).isEqualTo("onetwo");
      assertThat(second.getPort()).isNotEqualTo(first.getPort());
    }
  }

  /** A busy machine may take longer to use what it has made than a client may be silent. */
  @Test
  void clientThatIsForgottenBeforeItIsUsedLosesNothing() throws IOException {
    DatagramChannel entrance = DatagramChannel.open().bind(new InetSocketAddress(LOOPBACK, 0));
    SocketAddress target = server.getLocalSocketAddress();
    AtomicInteger made = new AtomicInteger();
    relay =
        UdpRelay.start(
            entrance,
            () -> {
              DatagramChannel channel = DatagramChannel.open().connect(target);
              if (made.incrementAndGet() % 4 != 0) {
                channel.close();
              }
              return channel;
            },
            UdpRelay.IDLE);
    try (DatagramSocket one = client((InetSocketAddress) entrance.getLocalAddress());
        DatagramSocket two = client((InetSocketAddress) entrance.getLocalAddress())) {
      send(one, "one");
      assertThat(text(receive(server))).isEqualTo("one");
      send(two, "two");
      assertThat(text(receive(server))).isEqualTo("two");
      assertThat(made).hasValue(8);
    }
  }

  @Test
  void unreachablePortBehindTheRelayDoesNotEndIt() throws IOException {
    InetSocketAddress entrance = relay(UdpRelay.IDLE);
    InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
    server.close();
    try (DatagramSocket client = client(entrance)) {
      send(client, "lost");
      send(client, "lost too");
      server = new DatagramSocket(address);
      // Until one has passed: those that meet the closed port are lost.
      server.setSoTimeout(10);
      String received = null;
      while (received == null) {
        send(client, "found");
        try {
          received = text(receive(server));
        } catch (SocketTimeoutException e) {
          continue;
        }
      }
      assertThat(received).isIn("found", "lost", "lost too");
    }
  }

  @Test
  void numberOfClientsIsBounded() throws IOException {
    InetSocketAddress entrance = relay(UdpRelay.IDLE);
    for (int i = 0; i < UdpRelay.MAX_CLIENTS + 10; i++) {
      try (DatagramSocket client = client(entrance)) {
        send(client, Integer.toString(i));
        assertThat(text(receive(server))).isEqualTo(Integer.toString(i));
      }
    }
    assertThat(relay.clients()).isLessThanOrEqualTo(UdpRelay.MAX_CLIENTS);
  }
}

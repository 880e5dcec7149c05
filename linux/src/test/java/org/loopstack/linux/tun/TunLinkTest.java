// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.Stack;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;

/** The kernel at one end, a stack of ours at the other, in a network of the test's own. */
@Timeout(120)
class TunLinkTest {
  private NetworkNamespace network;
  private TunLink link;
  private Stack stack;

  @BeforeEach
  void connect() throws Exception {
    network = Networks.open();
    link = network.call(() -> TunLink.open("tun%d"));
    Networks.run(network, "ip", "addr", "add", "10.9.0.1/24", "dev", link.name());
    Networks.run(network, "ip", "addr", "add", "fd09::1/64", "dev", link.name(), "nodad");
    new Interfaces(network).setUp(link.name());
    stack = Stack.create();
    stack.addInterface("tun0", link, "10.9.0.2/24", "fd09::2/64");
  }

  @AfterEach
  void disconnect() {
    if (stack != null) {
      stack.close();
    }
    network.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.2", "fd09::2"})
  void theKernelsPingIsAnswered(String address) throws Exception {
    assertThat(Networks.run(network, "ping", "-c", "3", "-i", "0.01", "-w", "60", address))
        .containsPattern(" ([3-9]|\\d\\d+) received");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.2", "fd09::2"})
  void aMegabyteGoesFromTheKernelsTcpToOursAndBack(String address) throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
    server.bind(new InetSocketAddress(address, 8080));
    Thread echo = Thread.ofVirtual().start(() -> echo(server));
    byte[] received = new byte[sent.length];
    try (SocketChannel client = network.call(SocketChannel::open)) {
      client.connect(new InetSocketAddress(address, 8080));
      Thread writer = Thread.ofVirtual().start(() -> writeAll(client, sent));
      ByteBuffer buffer = ByteBuffer.wrap(received);
      while (buffer.hasRemaining() && client.read(buffer) >= 0) {}
      writer.join();
    }
    echo.join();

    assertThat(Arrays.equals(received, sent)).isTrue();
    assertThat(link.refused()).isZero();
  }

  private static void echo(ServerSocketChannel server) {
    try (SocketChannel connection = server.accept()) {
      ByteBuffer buffer = ByteBuffer.allocate(65_536);
      while (connection.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          connection.write(buffer);
        }
      }
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void writeAll(SocketChannel client, byte[] bytes) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        client.write(buffer);
      }
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void ourTcpConnectsToTheKernelsAndIsRefusedWhereNobodyListens() throws Exception {
    try (ServerSocketChannel server = network.call(ServerSocketChannel::open)) {
      server.bind(new InetSocketAddress("10.9.0.1", 0));
      int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
      try (SocketChannel client = stack.selectorProvider().openSocketChannel();
          SocketChannel other = stack.selectorProvider().openSocketChannel()) {
        client.connect(new InetSocketAddress("10.9.0.1", port));
        try (SocketChannel accepted = server.accept()) {
          assertThat(accepted.getRemoteAddress().toString()).startsWith("/10.9.0.2:");
        }
        assertThatThrownBy(() -> other.connect(new InetSocketAddress("10.9.0.1", port + 1)))
            .isInstanceOf(java.net.ConnectException.class);
      }
    }
  }

  @Test
  void aDatagramLongerThanTheMtuArrivesWholeBothWays() throws Exception {
    byte[] sent = new byte[5000];
    new Random(2).nextBytes(sent);
    try (DatagramChannel ours = stack.selectorProvider().openDatagramChannel();
        DatagramChannel kernels = network.call(DatagramChannel::open)) {
      ours.bind(new InetSocketAddress("10.9.0.2", 5353));
      kernels.bind(new InetSocketAddress("10.9.0.1", 0));
      kernels.send(ByteBuffer.wrap(sent), new InetSocketAddress("10.9.0.2", 5353));
      ByteBuffer got = ByteBuffer.allocate(9000);
      var from = ours.receive(got);
      ours.send(got.flip(), from);
      ByteBuffer back = ByteBuffer.allocate(9000);
      kernels.receive(back);

      assertThat(Arrays.copyOf(back.array(), back.position())).isEqualTo(sent);
    }
  }

  @Test
  void closingTheStackRemovesTheInterfaceAndEndsTheReader() throws Exception {
    String name = link.name();
    stack.close();
    Interfaces interfaces = new Interfaces(network);

    // The reader closes the device when it has woken up; that of another test may have its name.
    for (Thread each : Thread.getAllStackTraces().keySet()) {
      if (each.getName().equals("loopstack-" + name)) {
        each.join();
      }
    }
    assertThatThrownBy(() -> interfaces.index(name)).isInstanceOf(LinuxException.class);
    assertThat(link.failure()).isNull();
  }
}

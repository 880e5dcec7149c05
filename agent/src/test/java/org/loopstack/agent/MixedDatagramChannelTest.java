// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MixedDatagramChannelTest {
  private final TwoWorlds two = new TwoWorlds();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.shutdownNow();
    two.close();
  }

  private static int port(DatagramChannel channel) throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.7.7.7"})
  void aWildcardChannelTalksToBothWorlds(String address) throws Exception {
    try (DatagramChannel server = two.provider.openDatagramChannel().bind(null);
        DatagramChannel client = two.provider.openDatagramChannel()) {
      // Else the machine would send from 127.0.0.1, which it takes for inside.
      client.bind(new InetSocketAddress(address, 0));
      Future<SocketAddress> received =
          threads.submit(() -> server.receive(ByteBuffer.allocate(100)));
      client.send(bytes("question"), new InetSocketAddress(address, port(server)));
      SocketAddress from = received.get();
      server.send(bytes("answer"), from);

      ByteBuffer buffer = ByteBuffer.allocate(100);
      // The address it comes from is the machine's to choose among those of its loopback.
      InetSocketAddress answered = (InetSocketAddress) client.receive(buffer);
      assertThat(answered.getPort()).isEqualTo(port(server));
      assertThat(buffer.flip()).isEqualTo(bytes("answer"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.7.7.7"})
  void aConnectedChannelReadsAndWritesInEitherWorld(String address) throws Exception {
    InetSocketAddress any = new InetSocketAddress(address, 0);
    try (DatagramChannel server = two.provider.openDatagramChannel().bind(any);
        DatagramChannel client = two.provider.openDatagramChannel()) {
      client.bind(any);
      client.connect(new InetSocketAddress(address, port(server)));
      Future<Integer> read = threads.submit(() -> client.read(ByteBuffer.allocate(100)));
      assertThat(client.write(bytes("question"))).isEqualTo(8);
      SocketAddress from = server.receive(ByteBuffer.allocate(100));
      // An empty datagram ends a read, too.
      server.send(ByteBuffer.allocate(0), from);

      assertThat(read.get()).isEqualTo(-1);
      assertThat(client.isConnected()).isTrue();
      client.disconnect();
      assertThat(client.isConnected()).isFalse();
    }
  }

  @Test
  void whatTheMachinesLoopbackSendsIsNotOurs() throws Exception {
    try (DatagramChannel server = two.provider.openDatagramChannel().bind(null);
        DatagramChannel stranger = TwoWorlds.KERNEL.openDatagramChannel();
        DatagramChannel neighbour = TwoWorlds.KERNEL.openDatagramChannel()) {
      server.configureBlocking(false);
      stranger.bind(TwoWorlds.inside(0));
      neighbour.bind(TwoWorlds.outside(0));
      stranger.send(bytes("stranger"), TwoWorlds.outside(port(server)));
      neighbour.send(bytes("neighbour"), TwoWorlds.outside(port(server)));

      ByteBuffer buffer = ByteBuffer.allocate(100);
      assertThat(server.receive(buffer)).isEqualTo(neighbour.getLocalAddress());
      assertThat(buffer.flip()).isEqualTo(bytes("neighbour"));
      assertThat(server.receive(buffer.clear())).isNull();
    }
  }

  @Test
  void closingWakesWhoReceives() throws Exception {
    DatagramChannel server = two.provider.openDatagramChannel().bind(null);
    Future<SocketAddress> received = threads.submit(() -> server.receive(ByteBuffer.allocate(1)));
    server.close();

    assertThatThrownBy(received::get).hasCauseInstanceOf(ClosedChannelException.class);
  }
}

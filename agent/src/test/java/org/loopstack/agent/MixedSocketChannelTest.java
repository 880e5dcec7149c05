// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MixedSocketChannelTest {
  private final TwoWorlds two = new TwoWorlds();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.shutdownNow();
    two.close();
  }

  /** Listens on the wildcard address: in both worlds. */
  private ServerSocketChannel listen() throws IOException {
    return two.provider.openServerSocketChannel().bind(new InetSocketAddress(0));
  }

  private static int port(ServerSocketChannel server) throws IOException {
    return ((InetSocketAddress) server.getLocalAddress()).getPort();
  }

  private static String readAll(SocketChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1000);
    while (channel.read(buffer) >= 0) {
      assertThat(buffer.hasRemaining()).isTrue();
    }
    return new String(buffer.array(), 0, buffer.position());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "127.7.7.7"})
  void aWildcardListenerIsReachedInBothWorlds(String address) throws Exception {
    try (ServerSocketChannel server = listen();
        SocketChannel client = two.provider.openSocketChannel()) {
      Future<String> heard =
          threads.submit(
              () -> {
                try (SocketChannel accepted = server.accept()) {
                  accepted.write(ByteBuffer.wrap("welcome".getBytes()));
                  accepted.shutdownOutput();
                  return readAll(accepted);
                }
              });

      client.connect(new InetSocketAddress(address, port(server)));
      client.write(ByteBuffer.wrap("hello".getBytes()));
      client.shutdownOutput();

      assertThat(readAll(client)).isEqualTo("welcome");
      assertThat(heard.get()).isEqualTo("hello");
      assertThat(two.stack.snapshot().sockets().isEmpty()).isFalse();
    }
  }

  @Test
  void optionsAndTheBlockingModeMoveAlong() throws Exception {
    try (ServerSocketChannel server = listen();
        SocketChannel client = two.provider.openSocketChannel()) {
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      client.socket().setKeepAlive(true);
      client.socket().setSoTimeout(1234);
      client.configureBlocking(false);

      client.connect(TwoWorlds.outside(port(server)));

      assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
      assertThat(client.socket().getKeepAlive()).isTrue();
      assertThat(client.socket().getSoTimeout()).isEqualTo(1234);
      assertThat(((MixedSocketChannel) client).side().provider()).isSameAs(TwoWorlds.KERNEL);
      assertThat(((MixedSocketChannel) client).side().isBlocking()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.7.7.7"})
  void aRefusalClosesTheChannelInBothWorlds(String address) throws Exception {
    SocketChannel client = two.provider.openSocketChannel();
    int free;
    try (ServerSocketChannel server = listen()) {
      free = port(server);
    }

    assertThatThrownBy(() -> client.connect(new InetSocketAddress(address, free)))
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection refused");
    assertThat(client.isOpen()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.7.7.7"})
  void anInterruptClosesTheChannelInBothWorlds(String address) throws Exception {
    try (ServerSocketChannel server = listen();
        SocketChannel client = two.provider.openSocketChannel()) {
      client.connect(new InetSocketAddress(address, port(server)));
      Future<Integer> read =
          threads.submit(
              () -> {
                Thread.currentThread().interrupt();
                return client.read(ByteBuffer.allocate(1));
              });

      assertThatThrownBy(read::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ClosedByInterruptException.class);
      assertThat(client.isOpen()).isFalse();
    }
  }

  @Test
  void closingTheListenerWakesWhoAcceptsInBothWorlds() throws Exception {
    ServerSocketChannel server = listen();
    Future<SocketChannel> accepted = threads.submit(server::accept);
    // Whoever closes too early is told the same.
    server.close();

    assertThatThrownBy(accepted::get).hasCauseInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whatIsNotConnectedSaysSo() throws IOException {
    try (SocketChannel client = two.provider.openSocketChannel()) {
      assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1)))
          .isInstanceOf(NotYetConnectedException.class);
      assertThat(client.isConnected()).isFalse();
      assertThat(client.getLocalAddress()).isNull();
      assertThat(client.socket().isBound()).isFalse();
    }
  }

  @Test
  void aChannelBoundToTheWildcardKeepsItsPortOutside() throws Exception {
    try (ServerSocketChannel server = listen();
        SocketChannel client = two.provider.openSocketChannel()) {
      int port;
      try (ServerSocketChannel probe =
          TwoWorlds.KERNEL.openServerSocketChannel().bind(TwoWorlds.outside(0))) {
        port = port(probe);
      }
      client.bind(new InetSocketAddress(port));

      client.connect(TwoWorlds.outside(port(server)));

      assertThat(client.socket().getLocalPort()).isEqualTo(port);
    }
  }

  @Test
  void theAdaptorIsTheChannel() throws Exception {
    try (ServerSocketChannel server = listen();
        Socket client = two.provider.openSocketChannel().socket()) {
      Future<Socket> accepted = threads.submit(() -> server.socket().accept());
      client.connect(TwoWorlds.outside(port(server)), 10_000);
      try (Socket other = accepted.get()) {
        other.getOutputStream().write(7);
        assertThat(client.getInputStream().read()).isEqualTo(7);
        client.getOutputStream().write(8);
        assertThat(other.getInputStream().read()).isEqualTo(8);
        assertThat(other.getChannel().provider()).isSameAs(two.provider);
        assertThat(client.getInetAddress()).isEqualTo(TwoWorlds.OUTSIDE);
      }
    }
  }
}

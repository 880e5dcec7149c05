// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stack goes down: whoever waits in a channel of it is woken, also in one of two worlds. */
@Timeout(60)
class ClosedStackTest {
  private final TwoWorlds two = new TwoWorlds();

  @AfterEach
  void close() {
    two.close();
  }

  /** What somebody gets who waits while the stack is closed. */
  private Throwable woken(Callable<?> operation) throws Exception {
    FutureTask<?> task = new FutureTask<>(operation);
    Thread thread = Thread.ofPlatform().daemon().start(task);
    while (!TwoWorlds.isBlocked(thread)) {
      assertThat(task.isDone()).isFalse();
      Thread.onSpinWait();
    }
    two.stack.close();
    try {
      throw new AssertionError("It returned " + task.get(30, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  private ServerSocketChannel listen(SocketAddress address) throws Exception {
    return two.provider.openServerSocketChannel().bind(address);
  }

  @Test
  void inAStreamChannel() throws Exception {
    try (ServerSocketChannel server = listen(TwoWorlds.inside(0));
        SocketChannel client = two.provider.openSocketChannel()) {
      client.connect(server.getLocalAddress());

      assertThat(woken(() -> client.read(ByteBuffer.allocate(1))))
          .isInstanceOf(AsynchronousCloseException.class);
      assertThatThrownBy(() -> client.write(ByteBuffer.allocate(1)))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void inAListenerOfTheStack() throws Exception {
    try (ServerSocketChannel server = listen(TwoWorlds.inside(0))) {
      assertThat(woken(server::accept)).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void inAListenerOfBothWorlds() throws Exception {
    try (ServerSocketChannel server = listen(new InetSocketAddress(0))) {
      assertThat(woken(server::accept)).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void inADatagramChannelOfBothWorlds() throws Exception {
    try (DatagramChannel channel = two.provider.openDatagramChannel()) {
      assertThat(woken(() -> channel.receive(ByteBuffer.allocate(1))))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void inASocket() throws Exception {
    try (ServerSocketChannel server = listen(TwoWorlds.inside(0));
        SocketChannel client = two.provider.openSocketChannel()) {
      client.connect(server.getLocalAddress());
      client.socket().setSoTimeout(100_000);

      assertThat(woken(() -> client.socket().getInputStream().read()))
          .isInstanceOfAny(SocketException.class, ClosedChannelException.class);
    }
  }

  @Test
  void inADatagramSocket() throws Exception {
    try (DatagramChannel channel = two.provider.openDatagramChannel()) {
      channel.bind(new InetSocketAddress(0));

      assertThat(woken(() -> receive(channel)))
          .isInstanceOfAny(SocketException.class, ClosedChannelException.class);
    }
  }

  private static Object receive(DatagramChannel channel) throws Exception {
    channel.socket().receive(new DatagramPacket(new byte[1], 1));
    return channel;
  }

  @Test
  void inAnAsynchronousChannel() throws Exception {
    try (var server = two.asynchronous.openAsynchronousServerSocketChannel(null)) {
      server.bind(new InetSocketAddress(0));

      assertThat(woken(() -> server.accept().get()))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void inASelectorOfBothWorlds() throws Exception {
    try (Selector selector = two.provider.openSelector();
        ServerSocketChannel server = listen(new InetSocketAddress(0))) {
      server.configureBlocking(false);
      SelectionKey _ = server.register(selector, SelectionKey.OP_ACCEPT);

      assertThat(woken(selector::select)).isInstanceOf(ClosedSelectorException.class);
    }
  }

  @Test
  void whatWasOpenClosesWithoutAFailure() throws Exception {
    List<Channel> channels =
        List.of(
            two.provider.openSocketChannel(),
            two.provider.openServerSocketChannel(),
            two.provider.openDatagramChannel(),
            two.asynchronous.openAsynchronousSocketChannel(null),
            two.asynchronous.openAsynchronousServerSocketChannel(null));
    Selector selector = two.provider.openSelector();

    two.stack.close();

    for (Channel each : channels) {
      each.close();
      assertThat(each.isOpen()).isFalse();
    }
    selector.close();
  }
}

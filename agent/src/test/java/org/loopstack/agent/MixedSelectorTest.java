// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MixedSelectorTest {
  private final TwoWorlds two = new TwoWorlds();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ServerSocketChannel server;
  private Selector selector;
  private int port;

  @BeforeEach
  void listen() throws IOException {
    server = two.provider.openServerSocketChannel().bind(new InetSocketAddress(0));
    server.configureBlocking(false);
    port = server.socket().getLocalPort();
    selector = two.provider.openSelector();
  }

  @AfterEach
  void close() throws IOException {
    selector.close();
    server.close();
    threads.shutdownNow();
    two.close();
  }

  private SocketChannel connect(InetSocketAddress address) throws IOException {
    SocketChannel client = two.provider.openSocketChannel();
    client.connect(address);
    return client;
  }

  /** A thread that echoes, with one selector for everything, until it is interrupted. */
  private void echo() throws IOException {
    server.register(selector, SelectionKey.OP_ACCEPT);
    threads.execute(
        () -> {
          try {
            while (!Thread.currentThread().isInterrupted() && selector.isOpen()) {
              selector.select(this::serve);
            }
          } catch (IOException | ClosedSelectorException | CancelledKeyException e) {
            // The test is over.
          }
        });
  }

  private void serve(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        SocketChannel accepted = server.accept();
        accepted.configureBlocking(false);
        accepted.register(selector, SelectionKey.OP_READ);
      } else {
        SocketChannel channel = (SocketChannel) key.channel();
        ByteBuffer buffer = ByteBuffer.allocate(100);
        if (channel.read(buffer) < 0) {
          channel.close();
        } else {
          channel.write(buffer.flip());
        }
      }
    } catch (IOException e) {
      key.cancel();
    }
  }

  private static void roundTrips(SocketChannel client, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1);
    for (int i = 0; i < count; i++) {
      client.write(buffer.clear().put((byte) i).flip());
      assertThat(client.read(buffer.clear())).isEqualTo(1);
      assertThat(buffer.get(0)).isEqualTo((byte) i);
    }
  }

  @Test
  void oneSelectorServesConnectionsOfBothWorldsAtOnce() throws Exception {
    echo();
    try (SocketChannel inside = connect(TwoWorlds.inside(port));
        SocketChannel outside = connect(TwoWorlds.outside(port))) {
      Future<?> other =
          threads.submit(
              () -> {
                roundTrips(outside, 2000);
                return null;
              });
      roundTrips(inside, 2000);
      other.get();
    }
  }

  @Test
  void theKeySetsHoldOneKeyForAChannelOfTwoSides() throws Exception {
    SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT, "attached");
    try (SocketChannel inside = connect(TwoWorlds.inside(port));
        SocketChannel outside = connect(TwoWorlds.outside(port))) {
      assertThat(selector.select()).isEqualTo(1);

      assertThat(selector.keys()).containsExactly(key);
      assertThat(selector.selectedKeys()).containsExactly(key);
      assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_ACCEPT);
      assertThat(key.attachment()).isEqualTo("attached");
      assertThat(server.accept()).isNotNull();
      assertThat(server.accept()).isNotNull();
      assertThat(server.accept()).isNull();
      assertThat(inside.isConnected() && outside.isConnected()).isTrue();
    }
  }

  @Test
  void aKeyCancelledIsNoHindranceToBlocking() throws Exception {
    for (InetSocketAddress address :
        new InetSocketAddress[] {TwoWorlds.inside(port), TwoWorlds.outside(port)}) {
      try (SocketChannel client = connect(address)) {
        client.configureBlocking(false);
        SelectionKey key = client.register(selector, SelectionKey.OP_WRITE);
        assertThat(selector.select()).isEqualTo(1);
        selector.selectedKeys().clear();
        key.cancel();

        client.configureBlocking(true);

        selector.selectNow();
        assertThat(selector.keys()).isEmpty();
        assertThat(client.isRegistered()).isFalse();
        client.configureBlocking(false);
        assertThat(client.register(selector, SelectionKey.OP_READ).isValid()).isTrue();
        client.close();
        selector.selectNow();
      }
    }
  }

  @Test
  void aConnectionInProgressIsSelectedInEitherWorld() throws Exception {
    for (InetSocketAddress address :
        new InetSocketAddress[] {TwoWorlds.inside(port), TwoWorlds.outside(port)}) {
      try (SocketChannel client = two.provider.openSocketChannel()) {
        client.configureBlocking(false);
        // Registered before it is known where the connection leads.
        SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
        if (!client.connect(address)) {
          selector.select();
          assertThat(key.isConnectable()).isTrue();
          assertThat(client.finishConnect()).isTrue();
        }
        key.interestOps(SelectionKey.OP_WRITE);
        selector.selectedKeys().clear();
        assertThat(selector.select()).isEqualTo(1);
        assertThat(key.isWritable()).isTrue();
        selector.selectedKeys().clear();
      }
      selector.selectNow();
      assertThat(selector.keys()).isEmpty();
    }
  }

  @Test
  void wakeupEndsAWaitWhereverItIs() throws Exception {
    for (boolean withMachine : new boolean[] {false, true}) {
      if (withMachine) {
        server.register(selector, SelectionKey.OP_ACCEPT);
      }
      Future<Integer> waiting = threads.submit(() -> selector.select());
      selector.wakeup();
      assertThat(waiting.get()).isZero();
      selector.wakeup();
      assertThat(selector.select()).isZero();
      assertThat(selector.selectNow()).isZero();
    }
  }

  @Test
  void aTimeoutEndsAWaitWhereverItIs() throws Exception {
    assertThat(selector.select(20)).isZero();
    server.register(selector, SelectionKey.OP_ACCEPT);
    assertThat(selector.select(20)).isZero();
    assertThatThrownBy(() -> selector.select(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anInterruptEndsAWaitAndLeavesTheSelectorOpen() throws Exception {
    server.register(selector, SelectionKey.OP_ACCEPT);
    Future<Boolean> waited =
        threads.submit(
            () -> {
              Thread.currentThread().interrupt();
              int count = selector.select();
              return count == 0 && Thread.interrupted();
            });

    assertThat(waited.get()).isTrue();
    assertThat(selector.isOpen()).isTrue();
  }

  @Test
  void closingEndsAWaitAndAllKeys() throws Exception {
    SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
    Set<SelectionKey> keys = new HashSet<>(selector.keys());
    Future<Integer> waiting = threads.submit(() -> selector.select());
    selector.close();

    try {
      waiting.get();
    } catch (java.util.concurrent.ExecutionException e) {
      // It had not begun to wait.
      assertThat(e).hasCauseInstanceOf(ClosedSelectorException.class);
    }
    assertThat(keys).containsExactly(key);
    assertThat(key.isValid()).isFalse();
    assertThatThrownBy(selector::selectNow).isInstanceOf(ClosedSelectorException.class);
    assertThatThrownBy(selector::keys).isInstanceOf(ClosedSelectorException.class);
  }

  @Test
  void foreignChannelsAreRefused() throws Exception {
    try (two;
        TwoWorlds others = new TwoWorlds();
        SocketChannel foreign = others.stack.selectorProvider().openSocketChannel()) {
      foreign.configureBlocking(false);
      assertThatThrownBy(() -> foreign.register(selector, SelectionKey.OP_READ))
          .isInstanceOf(IllegalSelectorException.class);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations of many threads: none is left behind, no byte is lost. */
class ManyThreadsTest {
  private final Host host = new Host();

  @AfterEach
  void close() {
    host.close();
  }

  private static void echo(SocketChannel channel) throws IOException {
    try (channel) {
      ByteBuffer buffer = ByteBuffer.allocate(256);
      while (channel.read(buffer.clear()) >= 0) {
        channel.write(buffer.flip());
      }
    }
  }

  private static boolean converse(SocketChannel channel, int turns) throws IOException {
    try (channel) {
      byte[] said = new byte[64];
      ByteBuffer heard = ByteBuffer.allocate(said.length);
      for (int i = 0; i < turns; i++) {
        Arrays.fill(said, (byte) i);
        channel.write(ByteBuffer.wrap(said));
        heard.clear();
        while (heard.hasRemaining()) {
          if (channel.read(heard) < 0) {
            return false;
          }
        }
        if (!Arrays.equals(said, heard.array())) {
          return false;
        }
      }
      return true;
    }
  }

  @Test
  void tenThousandVirtualThreadsFinishTheirConversations() throws Exception {
    int count = 5_000;
    ServerSocketChannel server = host.provider.openServerSocketChannel();
    server.bind(Host.loopback(0), count);
    AtomicInteger good = new AtomicInteger();
    CountDownLatch finished = new CountDownLatch(2 * count);
    Background<Integer> acceptor =
        Background.start(
            true,
            () -> {
              for (int i = 0; i < count; i++) {
                SocketChannel accepted = server.accept();
                run(finished, () -> echo(accepted));
              }
              return count;
            });
    for (int i = 0; i < count; i++) {
      run(
          finished,
          () -> {
            if (converse(host.connect(server), 10)) {
              good.incrementAndGet();
            }
          });
    }
    assertThat(acceptor.result()).isEqualTo(count);
    assertThat(finished.await(60, TimeUnit.SECONDS))
        .as("%d are left", finished.getCount())
        .isTrue();
    assertThat(good.get()).isEqualTo(count);
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void run(CountDownLatch finished, Work work) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                throw new AssertionError(e);
              } finally {
                finished.countDown();
              }
            });
  }

  /** Both directions of one connection are full at the same time. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theStreamsOfASocketAreFullDuplex(boolean virtual) throws Exception {
    Host.Pair pair = host.pair();
    byte[] bytes = new byte[4 << 20];
    new Random(7).nextBytes(bytes);
    List<Background<byte[]>> readers = new ArrayList<>();
    for (SocketChannel channel : List.of(pair.client(), pair.server())) {
      readers.add(
          Background.start(virtual, () -> channel.socket().getInputStream().readAllBytes()));
      Background.start(
          virtual,
          () -> {
            channel.socket().getOutputStream().write(bytes);
            channel.socket().shutdownOutput();
            return true;
          });
    }
    for (Background<byte[]> reader : readers) {
      assertThat(Arrays.equals(reader.result(), bytes)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneSelectorServesManyConnections(boolean virtual) throws Exception {
    int count = 200;
    ServerSocketChannel server = host.provider.openServerSocketChannel();
    server.bind(Host.loopback(0), count);
    server.configureBlocking(false);
    Selector selector = host.provider.openSelector();
    server.register(selector, SelectionKey.OP_ACCEPT);
    Background<Integer> serving = Background.start(virtual, () -> serve(selector, count));
    List<Background<Boolean>> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(Background.start(true, () -> converse(host.connect(server), 50)));
    }
    for (Background<Boolean> client : clients) {
      assertThat(client.result()).isTrue();
    }
    assertThat(serving.result()).isEqualTo(count);
  }

  /** Echoes until so many connections have come and gone. */
  private static int serve(Selector selector, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(256);
    AtomicInteger gone = new AtomicInteger();
    while (gone.get() < count) {
      selector.select(
          key -> {
            try {
              if (key.isAcceptable()) {
                SocketChannel accepted = ((ServerSocketChannel) key.channel()).accept();
                accepted.configureBlocking(false);
                accepted.register(selector, SelectionKey.OP_READ);
              } else if (((SocketChannel) key.channel()).read(buffer.clear()) < 0) {
                key.channel().close();
                gone.incrementAndGet();
              } else {
                ((SocketChannel) key.channel()).write(buffer.flip());
              }
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    }
    return gone.get();
  }
}

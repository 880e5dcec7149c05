// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;

/** A thread that polls takes in by itself what comes; all else that ends a wait still ends it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BusyPollingTest {
  private final Stack stack =
      Stack.create(StackConfiguration.linux().toBuilder().busyPoll(Duration.ofSeconds(1)).build());
  private SocketChannel near;
  private SocketChannel far;

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel()) {
      server.bind(new InetSocketAddress("127.0.0.1", 80));
      near = stack.selectorProvider().openSocketChannel();
      near.connect(new InetSocketAddress("127.0.0.1", 80));
      far = server.accept();
    }
  }

  @AfterEach
  void close() {
    stack.close();
  }

  /** What a read of one byte returns or throws, in a thread that polls. */
  private CompletableFuture<Integer> reading(CompletableFuture<Thread> reader) {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              reader.complete(Thread.currentThread());
              try {
                result.complete(near.read(ByteBuffer.allocate(1)));
              } catch (IOException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  @Test
  void aCloseByAnotherThreadEndsIt() throws Exception {
    CompletableFuture<Thread> reader = new CompletableFuture<>();
    CompletableFuture<Integer> read = reading(reader);
    reader.get();
    near.close();
    assertThatThrownBy(read::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class);
    assertThat(far.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void theStacksEndEndsIt() throws Exception {
    CompletableFuture<Thread> reader = new CompletableFuture<>();
    CompletableFuture<Integer> read = reading(reader);
    reader.get();
    stack.close();
    assertThatThrownBy(read::get).cause().isInstanceOf(IOException.class);
  }

  @Test
  void anInterruptClosesTheChannel() throws Exception {
    CompletableFuture<Thread> reader = new CompletableFuture<>();
    CompletableFuture<Integer> read = reading(reader);
    reader.get().interrupt();
    assertThatThrownBy(read::get)
        .cause()
        .isInstanceOf(ClosedByInterruptException.class)
        .isInstanceOf(AsynchronousCloseException.class);
    assertThat(near.isOpen()).isFalse();
  }

  @Test
  void anEndOfInputEndsIt() throws Exception {
    CompletableFuture<Thread> reader = new CompletableFuture<>();
    CompletableFuture<Integer> read = reading(reader);
    reader.get();
    near.shutdownInput();
    assertThat(read.get()).isEqualTo(-1);
  }

  @Test
  void aTimeLimitThatIsShorterEndsIt() throws Exception {
    near.socket().setSoTimeout(20);
    assertThatThrownBy(() -> near.socket().getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(far.write(ByteBuffer.wrap(new byte[] {7}))).isOne();
    assertThat(near.socket().getInputStream().read()).isEqualTo(7);
  }

  @Test
  void aWriterOfTheSameChannelIsToldOfRoomByTheOneThatPolls() throws Exception {
    int size = 32 << 20;
    CompletableFuture<Integer> read = reading(new CompletableFuture<>());
    CompletableFuture<Void> received = new CompletableFuture<>();
    Thread.ofPlatform().start(() -> receive(size, received));
    ByteBuffer data = ByteBuffer.allocate(size);
    while (data.hasRemaining()) {
      assertThat(near.write(data)).isPositive();
    }
    received.get();
    far.close();
    assertThat(read.get()).isEqualTo(-1);
  }

  private void receive(int size, CompletableFuture<Void> received) {
    ByteBuffer into = ByteBuffer.allocate(100_000);
    try {
      for (int left = size; left > 0; ) {
        left -= far.read(into.clear());
      }
      received.complete(null);
    } catch (IOException e) {
      received.completeExceptionally(e);
    }
  }
}

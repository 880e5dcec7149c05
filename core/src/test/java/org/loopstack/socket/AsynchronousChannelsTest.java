// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;

class AsynchronousChannelsTest {
  private final VirtualClock clock = new VirtualClock();
  private final Host host = new Host(Engine.virtual(clock, 1));
  private final AsynchronousChannelProvider provider = host.provider.asynchronousChannelProvider();

  @AfterEach
  void close() {
    host.close();
  }

  /** A handler whose result can be waited for, and which tells on which thread it was called. */
  private static final class Handler<V> implements CompletionHandler<V, Object> {
    final CompletableFuture<V> result = new CompletableFuture<>();
    final CompletableFuture<Thread> thread = new CompletableFuture<>();

    @Override
    public void completed(V value, @Nullable Object attachment) {
      thread.complete(Thread.currentThread());
      result.complete(value);
    }

    @Override
    public void failed(Throwable why, @Nullable Object attachment) {
      thread.complete(Thread.currentThread());
      result.completeExceptionally(why);
    }
  }

  private static <V> V get(Future<V> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static Throwable failure(Future<?> future) throws Exception {
    try {
      throw new AssertionError("It ended with " + get(future));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  private AsynchronousServerSocketChannel listen(@Nullable AsynchronousChannelGroup group)
      throws Exception {
    return provider.openAsynchronousServerSocketChannel(group).bind(Host.loopback(0));
  }

  private record Pair(AsynchronousSocketChannel client, SocketChannel server) {}

  private Pair pair(@Nullable AsynchronousChannelGroup group) throws Exception {
    try (ServerSocketChannel server = host.listen()) {
      AsynchronousSocketChannel client = provider.openAsynchronousSocketChannel(group);
      get(client.connect(Host.local(server)));
      return new Pair(client, server.accept());
    }
  }

  @Test
  void carriesBytesWithFutures() throws Exception {
    AsynchronousServerSocketChannel server = listen(null);
    Future<AsynchronousSocketChannel> accepting = server.accept();
    AsynchronousSocketChannel client = provider.openAsynchronousSocketChannel(null);
    get(client.connect(server.getLocalAddress()));
    AsynchronousSocketChannel accepted = get(accepting);
    ByteBuffer target = ByteBuffer.allocate(10);
    Future<Integer> reading = accepted.read(target);
    assertThat(reading.isDone()).isFalse();
    assertThat(get(client.write(ByteBuffer.wrap("hello".getBytes())))).isEqualTo(5);
    assertThat(get(reading)).isEqualTo(5);
    client.close();
    assertThat(get(accepted.read(target))).isEqualTo(-1);
    assertThat(accepted.getRemoteAddress()).isNotNull();
  }

  @Test
  void oneOfAKindIsPending() throws Exception {
    Pair pair = pair(null);
    Future<Integer> first = pair.client.read(ByteBuffer.allocate(1));
    assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(ReadPendingException.class);
    pair.server.write(ByteBuffer.wrap(new byte[] {1, 2}));
    assertThat(get(first)).isEqualTo(1);
    assertThat(get(pair.client.read(ByteBuffer.allocate(1)))).isEqualTo(1);
  }

  @Test
  void aTimeoutEndsAReadAndAllLaterOnes() throws Exception {
    Pair pair = pair(null);
    Handler<Integer> handler = new Handler<>();
    pair.client.read(ByteBuffer.allocate(1), 1, TimeUnit.SECONDS, null, handler);
    clock.advance(Duration.ofMillis(999));
    assertThat(handler.result.isDone()).isFalse();
    clock.advance(Duration.ofMillis(1));
    assertThat(failure(handler.result)).isExactlyInstanceOf(InterruptedByTimeoutException.class);
    assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("Reading not allowed due to timeout or cancellation");
    assertThat(get(pair.client.write(ByteBuffer.allocate(1)))).isEqualTo(1);
  }

  @Test
  void aTimeoutThatIsNotReachedLeavesNoTimer() throws Exception {
    Pair pair = pair(null);
    Handler<Integer> handler = new Handler<>();
    pair.client.read(ByteBuffer.allocate(1), 1, TimeUnit.SECONDS, null, handler);
    pair.server.write(ByteBuffer.allocate(1));
    assertThat(get(handler.result)).isEqualTo(1);
    clock.advance(Duration.ofSeconds(2));
    Future<Integer> next = pair.client.read(ByteBuffer.allocate(1));
    pair.server.write(ByteBuffer.allocate(1));
    assertThat(get(next)).isEqualTo(1);
  }

  @Test
  void aCancelledReadLeavesTheChannelUnfitToReadAndClosesItIfItMay() throws Exception {
    Pair pair = pair(null);
    Future<Integer> reading = pair.client.read(ByteBuffer.allocate(1));
    assertThat(reading.cancel(false)).isTrue();
    assertThat(reading.isCancelled()).isTrue();
    assertThat(pair.client.isOpen()).isTrue();
    assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(IllegalStateException.class);
    Pair other = pair(null);
    assertThat(other.client.read(ByteBuffer.allocate(1)).cancel(true)).isTrue();
    assertThat(other.client.isOpen()).isFalse();
  }

  @Test
  void aCloseEndsWhatIsPending() throws Exception {
    Pair pair = pair(null);
    Future<Integer> reading = pair.client.read(ByteBuffer.allocate(1));
    Handler<AsynchronousSocketChannel> accepting = new Handler<>();
    AsynchronousServerSocketChannel server = listen(null);
    server.accept(null, accepting);
    pair.client.close();
    server.close();
    assertThat(failure(reading)).isExactlyInstanceOf(AsynchronousCloseException.class);
    assertThat(failure(accepting.result)).isExactlyInstanceOf(AsynchronousCloseException.class);
    assertThat(failure(pair.client.read(ByteBuffer.allocate(1))))
        .isExactlyInstanceOf(ClosedChannelException.class);
  }

  @Test
  void theStackGoingDownEndsAllAndLeavesNoThread() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    ThreadFactory factory =
        task -> {
          Thread thread = new Thread(task);
          threads.add(thread);
          return thread;
        };
    AsynchronousChannelGroup group = provider.openAsynchronousChannelGroup(2, factory);
    Pair pair = pair(group);
    Handler<Integer> reading = new Handler<>();
    pair.client.read(ByteBuffer.allocate(1), null, reading);
    host.close();
    assertThat(failure(reading.result)).isExactlyInstanceOf(AsynchronousCloseException.class);
    assertThat(group.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(30));
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(threads).isNotEmpty();
  }

  @Test
  void aGroupEndsWithItsLastChannel() throws Exception {
    AsynchronousChannelGroup group = provider.openAsynchronousChannelGroup(1, Thread::new);
    Pair pair = pair(group);
    group.shutdown();
    assertThat(group.isShutdown()).isTrue();
    assertThat(group.isTerminated()).isFalse();
    assertThatThrownBy(() -> provider.openAsynchronousSocketChannel(group))
        .isExactlyInstanceOf(ShutdownChannelGroupException.class);
    Handler<Integer> reading = new Handler<>();
    pair.client.read(ByteBuffer.allocate(1), null, reading);
    pair.server.write(ByteBuffer.allocate(1));
    assertThat(get(reading.result)).isEqualTo(1);
    pair.client.close();
    assertThat(group.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    Handler<Integer> late = new Handler<>();
    assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1), null, late))
        .isExactlyInstanceOf(ShutdownChannelGroupException.class);
  }

  @Test
  void aGroupOfAnotherProviderIsRefused() throws Exception {
    AsynchronousChannelGroup theirs = AsynchronousChannelGroup.withFixedThreadPool(1, Thread::new);
    try {
      assertThatThrownBy(() -> provider.openAsynchronousSocketChannel(theirs))
          .isExactlyInstanceOf(IllegalChannelGroupException.class);
    } finally {
      theirs.shutdownNow();
    }
  }

  @Test
  void handlersRunOnTheGroupsThreads() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    AsynchronousChannelGroup group =
        provider.openAsynchronousChannelGroup(
            1,
            task -> {
              Thread thread = new Thread(task);
              threads.add(thread);
              return thread;
            });
    Pair pair = pair(group);
    Handler<Integer> waiting = new Handler<>();
    pair.client.read(ByteBuffer.allocate(1), null, waiting);
    pair.server.write(ByteBuffer.allocate(2));
    assertThat(threads).contains(get(waiting.thread));
    Handler<Integer> atOnce = new Handler<>();
    pair.client.read(ByteBuffer.allocate(1), null, atOnce);
    assertThat(threads).contains(get(atOnce.thread));
  }

  @Test
  void handlersThatBeginTheNextReadDoNotOverflowTheStack() throws Exception {
    Pair pair = pair(null);
    int bytes = 20_000;
    AtomicInteger count = new AtomicInteger();
    CompletableFuture<Integer> all = new CompletableFuture<>();
    ByteBuffer one = ByteBuffer.allocate(1);
    CompletionHandler<Integer, Object> handler =
        new CompletionHandler<>() {
          @Override
          public void completed(Integer n, @Nullable Object attachment) {
            if (count.incrementAndGet() == bytes) {
              all.complete(bytes);
            } else {
              pair.client.read(one.clear(), null, this);
            }
          }

          @Override
          public void failed(Throwable why, @Nullable Object attachment) {
            all.completeExceptionally(why);
          }
        };
    pair.server.write(ByteBuffer.allocate(bytes));
    pair.client.read(one.clear(), null, handler);
    assertThat(get(all)).isEqualTo(bytes);
  }
}

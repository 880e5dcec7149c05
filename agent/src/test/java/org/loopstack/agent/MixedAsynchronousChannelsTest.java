// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MixedAsynchronousChannelsTest {
  private static final String INSIDE = "127.0.0.1";
  private static final String OUTSIDE = "127.7.7.7";

  private final TwoWorlds two = new TwoWorlds();

  @AfterEach
  void close() {
    two.close();
  }

  /** A handler whose result and thread can be waited for. */
  private static final class Heard<V> implements CompletionHandler<V, String> {
    final CompletableFuture<V> result = new CompletableFuture<>();
    final CompletableFuture<Thread> thread = new CompletableFuture<>();

    @Override
    public void completed(V value, String attachment) {
      thread.complete(Thread.currentThread());
      result.complete(value);
    }

    @Override
    public void failed(Throwable why, String attachment) {
      thread.complete(Thread.currentThread());
      result.completeExceptionally(why);
    }
  }

  /** Threads that are known. */
  private static final class Known implements ThreadFactory {
    final List<Thread> threads = new CopyOnWriteArrayList<>();

    @Override
    public Thread newThread(Runnable task) {
      Thread thread = new Thread(task);
      thread.setDaemon(true);
      threads.add(thread);
      return thread;
    }
  }

  private AsynchronousServerSocketChannel listen(@Nullable AsynchronousChannelGroup group)
      throws IOException {
    return two.asynchronous
        .openAsynchronousServerSocketChannel(group)
        .bind(new InetSocketAddress(0));
  }

  private AsynchronousSocketChannel open(@Nullable AsynchronousChannelGroup group)
      throws IOException {
    return two.asynchronous.openAsynchronousSocketChannel(group);
  }

  private static InetSocketAddress at(String address, AsynchronousServerSocketChannel server)
      throws IOException {
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    return new InetSocketAddress(address, port);
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes());
  }

  private static String read(AsynchronousSocketChannel from, int count) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      assertThat(from.read(buffer).get()).isPositive();
    }
    return new String(buffer.array());
  }

  @ParameterizedTest
  @ValueSource(strings = {INSIDE, "::1", OUTSIDE})
  void aWildcardListenerIsReachedInBothWorlds(String address) throws Exception {
    try (AsynchronousServerSocketChannel server = listen(null);
        AsynchronousSocketChannel client = open(null)) {
      Future<AsynchronousSocketChannel> accepting = server.accept();
      client.connect(at(address, server)).get();
      AsynchronousSocketChannel accepted = accepting.get();

      client.write(ascii("hello")).get();
      assertThat(read(accepted, 5)).isEqualTo("hello");
      accepted.write(ascii("welcome")).get();
      assertThat(read(client, 7)).isEqualTo("welcome");
      accepted.close();
      assertThat(client.read(ByteBuffer.allocate(1)).get()).isEqualTo(-1);
      assertThat(accepted.provider()).isSameAs(two.asynchronous);
      assertThat(client.getRemoteAddress()).isEqualTo(at(address, server));
    }
  }

  @Test
  void oneAfterAnotherAllConnectionsOfBothWorldsAreAccepted() throws Exception {
    try (AsynchronousServerSocketChannel server = listen(null)) {
      for (int i = 0; i < 20; i++) {
        try (AsynchronousSocketChannel inside = open(null);
            AsynchronousSocketChannel outside = open(null)) {
          inside.connect(at(INSIDE, server)).get();
          outside.connect(at(OUTSIDE, server)).get();
          inside.write(ascii("i")).get();
          outside.write(ascii("o")).get();

          Heard<AsynchronousSocketChannel> heard = new Heard<>();
          server.accept("", heard);
          AsynchronousSocketChannel one = heard.result.get();
          AsynchronousSocketChannel other = server.accept().get();

          assertThat(Set.of(read(one, 1), read(other, 1))).isEqualTo(Set.of("i", "o"));
          one.close();
          other.close();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {INSIDE, OUTSIDE})
  void pendingOperationsRefuseOthersAndTimeOut(String address) throws Exception {
    try (AsynchronousServerSocketChannel server = listen(null);
        AsynchronousSocketChannel client = open(null)) {
      Future<AsynchronousSocketChannel> accepting = server.accept();
      assertThatThrownBy(server::accept).isInstanceOf(AcceptPendingException.class);
      client.connect(at(address, server)).get();
      assertThatThrownBy(() -> client.connect(at(address, server)))
          .isInstanceOf(AlreadyConnectedException.class);
      AsynchronousSocketChannel accepted = accepting.get();
      Future<Integer> reading = accepted.read(ByteBuffer.allocate(1));
      assertThatThrownBy(() -> accepted.read(ByteBuffer.allocate(1)))
          .isInstanceOf(ReadPendingException.class);
      Heard<Integer> late = new Heard<>();
      client.read(ByteBuffer.allocate(1), 10, TimeUnit.MILLISECONDS, "", late);

      assertThatThrownBy(late.result::get).hasCauseInstanceOf(InterruptedByTimeoutException.class);
      accepted.close();
      assertThatThrownBy(reading::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {INSIDE, OUTSIDE})
  void aRefusalClosesTheChannelInBothWorlds(String address) throws Exception {
    AsynchronousSocketChannel client = open(null);
    InetSocketAddress free;
    try (AsynchronousServerSocketChannel server = listen(null)) {
      free = at(address, server);
    }

    assertThatThrownBy(client.connect(free)::get)
        .cause()
        .isInstanceOf(ConnectException.class)
        .hasMessage("Connection refused");
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void whatIsNotReadySaysSo() throws Exception {
    try (AsynchronousServerSocketChannel server =
            two.asynchronous.openAsynchronousServerSocketChannel(null);
        AsynchronousSocketChannel client = open(null)) {
      assertThatThrownBy(server::accept).isInstanceOf(NotYetBoundException.class);
      assertThat(server.getLocalAddress()).isNull();
      assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1)))
          .isInstanceOf(NotYetConnectedException.class);
      assertThatThrownBy(() -> client.connect(InetSocketAddress.createUnresolved("x", 1)))
          .isInstanceOf(UnresolvedAddressException.class);
      server.bind(TwoWorlds.outside(0));
      assertThatThrownBy(() -> server.bind(null)).isInstanceOf(AlreadyBoundException.class);
      assertThatThrownBy(() -> client.bind(server.getLocalAddress()))
          .isInstanceOf(BindException.class)
          .hasMessage("Address already in use");
      // It has stayed where it was.
      client.bind(TwoWorlds.inside(0));
      assertThatThrownBy(() -> client.bind(null)).isInstanceOf(AlreadyBoundException.class);
    }
  }

  @Test
  void optionsAndThePortMoveAlong() throws Exception {
    try (AsynchronousServerSocketChannel server = listen(null);
        AsynchronousSocketChannel client = open(null)) {
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      int port;
      try (AsynchronousServerSocketChannel probe =
          two.asynchronous.openAsynchronousServerSocketChannel(null).bind(TwoWorlds.outside(0))) {
        port = ((InetSocketAddress) probe.getLocalAddress()).getPort();
      }
      client.bind(new InetSocketAddress(port));

      client.connect(at(OUTSIDE, server)).get();

      assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
      assertThat(((InetSocketAddress) client.getLocalAddress()).getPort()).isEqualTo(port);
      assertThat(((MixedAsynchronousSocketChannel) client).side().provider())
          .isSameAs(two.asynchronous.outside());
    }
  }

  @Test
  void closingTheListenerEndsAnAcceptThatWaitsForBothWorlds() throws Exception {
    AsynchronousServerSocketChannel server = listen(null);
    Heard<AsynchronousSocketChannel> accepting = new Heard<>();
    server.accept("", accepting);

    server.close();

    assertThatThrownBy(accepting.result::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    assertThatThrownBy(server.accept()::get).hasCauseInstanceOf(ClosedChannelException.class);
    assertThat(server.isOpen()).isFalse();
  }

  @Test
  void aCancelledAcceptLeavesTheListenerUnfit() throws Exception {
    try (AsynchronousServerSocketChannel server = listen(null)) {
      assertThat(server.accept().cancel(false)).isTrue();
      assertThatThrownBy(server::accept).hasMessage("Accept not allowed due cancellation");
      assertThat(server.isOpen()).isTrue();
    }
    try (AsynchronousServerSocketChannel server = listen(null)) {
      assertThat(server.accept().cancel(true)).isTrue();
      assertThat(server.isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {INSIDE, OUTSIDE})
  void handlersOfBothWorldsRunOnTheThreadsOfTheGroup(String address) throws Exception {
    Known known = new Known();
    AsynchronousChannelGroup group = two.asynchronous.openAsynchronousChannelGroup(1, known);
    AsynchronousServerSocketChannel server = listen(group);
    AsynchronousSocketChannel client = open(group);
    Heard<Void> connected = new Heard<>();
    Heard<AsynchronousSocketChannel> accepted = new Heard<>();
    Heard<Integer> read = new Heard<>();

    server.accept("", accepted);
    client.connect(at(address, server), "", connected);
    connected.result.get();
    client.read(ByteBuffer.allocate(1), "", read);
    accepted.result.get().write(ascii("x")).get();
    read.result.get();

    assertThat(known.threads)
        .containsExactly(connected.thread.get())
        .containsExactly(accepted.thread.get())
        .containsExactly(read.thread.get());
    group.shutdownNow();
    assertThat(group.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(client.isOpen()).isFalse();
    assertThat(server.isOpen()).isFalse();
  }

  @Test
  void aGroupTerminatesWithTheLastChannelOfEitherWorld() throws Exception {
    ExecutorService executor = Executors.newCachedThreadPool(new Known());
    AsynchronousChannelGroup group = two.asynchronous.openAsynchronousChannelGroup(executor, 1);
    try (AsynchronousServerSocketChannel server = listen(null)) {
      AsynchronousSocketChannel inside = open(group);
      inside.connect(at(INSIDE, server)).get();
      AsynchronousSocketChannel late = open(group);
      assertThat(group.isShutdown()).isFalse();
      group.shutdown();

      assertThatThrownBy(() -> open(group)).isInstanceOf(ShutdownChannelGroupException.class);
      // What is in the group goes on, and even outside.
      late.connect(at(OUTSIDE, server)).get();
      late.write(ascii("x")).get();
      inside.close();
      assertThat(executor.isShutdown()).isFalse();
      late.close();

      assertThat(group.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(group.isTerminated()).isTrue();
      assertThat(executor.isShutdown()).isTrue();
    }
  }

  @Test
  void anEmptyGroupTerminatesAtOnceAndAnUnusedChannelHoldsItUp() throws Exception {
    AsynchronousChannelGroup empty = two.asynchronous.openAsynchronousChannelGroup(1, new Known());
    empty.shutdown();
    empty.shutdown();
    assertThat(empty.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

    AsynchronousChannelGroup group = two.asynchronous.openAsynchronousChannelGroup(1, new Known());
    AsynchronousSocketChannel unused = open(group);
    group.shutdown();
    assertThat(group.isTerminated()).isFalse();
    unused.close();
    assertThat(group.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aGroupOfAnotherProviderIsRefused() throws Exception {
    AsynchronousChannelGroup foreign = AsynchronousChannelGroup.withFixedThreadPool(1, new Known());
    try {
      assertThatThrownBy(() -> open(foreign)).isInstanceOf(IllegalChannelGroupException.class);
      assertThatThrownBy(() -> listen(foreign)).isInstanceOf(IllegalChannelGroupException.class);
    } finally {
      foreign.shutdownNow();
    }
  }

  @Test
  void withoutAMachineTheChannelsAreTheStacksOwn() throws Exception {
    Worlds isolated = new Worlds(two.stack, null);
    MixedAsynchronousChannelProvider provider =
        new MixedAsynchronousChannelProvider(
            isolated,
            () -> {
              throw new AssertionError("There is no machine");
            });
    AsynchronousChannelGroup group = provider.openAsynchronousChannelGroup(1, new Known());
    try (AsynchronousSocketChannel channel = provider.openAsynchronousSocketChannel(group);
        AsynchronousServerSocketChannel server =
            provider.openAsynchronousServerSocketChannel(null)) {
      assertThat(channel.provider()).isSameAs(two.stack.asynchronousChannelProvider());
      assertThat(server.provider()).isSameAs(channel.provider());
    } finally {
      group.shutdownNow();
    }
  }
}

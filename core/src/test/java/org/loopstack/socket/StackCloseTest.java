// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.loopstack.EchoSocket;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.engine.Clock;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Wire;

/** Closing a stack closes what it opened, wakes whoever waits, and leaves no thread behind. */
class StackCloseTest {
  /** An address behind which nobody answers. */
  private static final InetSocketAddress SILENT = new InetSocketAddress("192.0.2.7", 80);

  /** More bytes than the buffers of two ends ever hold. */
  private static final int TOO_MUCH = 64 << 20;

  /** Opens what it needs of a stack, and returns what then waits. */
  private interface Waiting {
    Callable<?> on(Stack stack) throws Exception;
  }

  private static Stack silentStack() throws IOException {
    Stack stack = Stack.create();
    stack.addInterface("eth0", new Wire(stack.engine().scheduler()).left(), "192.0.2.1/24");
    return stack;
  }

  // ---------------------------------------------------------------- who waits

  private static final Map<String, Waiting> CHANNELS = new LinkedHashMap<>();
  private static final Map<String, Waiting> SOCKETS = new LinkedHashMap<>();
  private static final Map<String, Waiting> ASYNCHRONOUS = new LinkedHashMap<>();

  static {
    CHANNELS.put("read", stack -> pair(stack, one -> one.read(ByteBuffer.allocate(1))));
    CHANNELS.put("write", stack -> pair(stack, StackCloseTest::writeOn));
    CHANNELS.put(
        "connect",
        stack -> {
          SocketChannel channel = stack.selectorProvider().openSocketChannel();
          return () -> channel.connect(SILENT);
        });
    CHANNELS.put("accept", stack -> listen(stack)::accept);
    CHANNELS.put(
        "receive",
        stack -> {
          DatagramChannel channel = stack.selectorProvider().openDatagramChannel();
          return () -> channel.receive(ByteBuffer.allocate(1));
        });
    CHANNELS.put(
        "read datagrams",
        stack -> {
          DatagramChannel channel = stack.selectorProvider().openDatagramChannel();
          channel.connect(Host.loopback(9));
          return () -> channel.read(ByteBuffer.allocate(1));
        });
    CHANNELS.put(
        "read a pipe",
        stack -> {
          Pipe pipe = stack.selectorProvider().openPipe();
          return () -> pipe.source().read(ByteBuffer.allocate(1));
        });
    CHANNELS.put(
        "write a pipe",
        stack -> {
          Pipe pipe = stack.selectorProvider().openPipe();
          return () -> pipe.sink().write(ByteBuffer.allocate(TOO_MUCH));
        });
    SOCKETS.put("read", stack -> sockets(stack, one -> one.getInputStream().read()));
    SOCKETS.put(
        "write",
        stack ->
            sockets(
                stack,
                one -> {
                  one.getOutputStream().write(new byte[TOO_MUCH]);
                  return one;
                }));
    SOCKETS.put(
        "connect",
        stack -> {
          Socket socket = stack.socketFactory().createSocket();
          return () -> {
            socket.connect(SILENT);
            return null;
          };
        });
    SOCKETS.put(
        "connect with a timeout",
        stack -> {
          Socket socket = stack.socketFactory().createSocket();
          return () -> {
            socket.connect(SILENT, 100_000);
            return null;
          };
        });
    SOCKETS.put("accept", stack -> stack.serverSocketFactory().createServerSocket(0)::accept);
    SOCKETS.put(
        "accept with a timeout",
        stack -> {
          ServerSocket server = stack.serverSocketFactory().createServerSocket(0);
          server.setSoTimeout(100_000);
          return server::accept;
        });
    SOCKETS.put(
        "receive",
        stack -> {
          var socket = stack.datagramSockets().datagram(Host.loopback(0));
          return () -> {
            socket.receive(new DatagramPacket(new byte[1], 1));
            return null;
          };
        });
    SOCKETS.put(
        "receive with a timeout",
        stack -> {
          var socket = stack.datagramSockets().multicast(Host.loopback(0));
          socket.setSoTimeout(100_000);
          return () -> {
            socket.receive(new DatagramPacket(new byte[1], 1));
            return null;
          };
        });
    ASYNCHRONOUS.put(
        "connect",
        stack -> {
          Future<Void> connecting =
              stack
                  .asynchronousChannelProvider()
                  .openAsynchronousSocketChannel(null)
                  .connect(SILENT);
          return connecting::get;
        });
    ASYNCHRONOUS.put("accept", stack -> listenAsynchronously(stack).accept()::get);
    ASYNCHRONOUS.put("read", stack -> asynchronousPair(stack).read(ByteBuffer.allocate(1))::get);
    ASYNCHRONOUS.put(
        "write",
        stack -> {
          AsynchronousSocketChannel one = asynchronousPair(stack);
          Future<Integer> writing;
          do {
            writing = one.write(ByteBuffer.allocate(1 << 16));
          } while (writing.isDone());
          return writing::get;
        });
  }

  /** What is done with one of two ends, of which the other does nothing. */
  private interface Use<T> {
    Object on(T end) throws Exception;
  }

  private static ServerSocketChannel listen(Stack stack) throws IOException {
    return stack.selectorProvider().openServerSocketChannel().bind(Host.loopback(0));
  }

  private static Callable<?> pair(Stack stack, Use<SocketChannel> use) throws IOException {
    ServerSocketChannel server = listen(stack);
    SocketChannel client = stack.selectorProvider().openSocketChannel();
    client.connect(server.getLocalAddress());
    assertThat(server.accept()).isNotNull();
    return () -> use.on(client);
  }

  /** A write that waits tells of the bytes that it could write, so all are there before. */
  private static Object writeOn(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    while (channel.write(ByteBuffer.allocate(1 << 16)) > 0) {}
    channel.configureBlocking(true);
    return channel.write(ByteBuffer.allocate(1));
  }

  private static Callable<?> sockets(Stack stack, Use<Socket> use) throws IOException {
    ServerSocket server = stack.serverSocketFactory().createServerSocket(0);
    Socket client =
        stack.socketFactory().createSocket(Host.loopback(0).getAddress(), server.getLocalPort());
    assertThat(server.accept().isConnected()).isTrue();
    return () -> use.on(client);
  }

  private static AsynchronousServerSocketChannel listenAsynchronously(Stack stack)
      throws IOException {
    return stack
        .asynchronousChannelProvider()
        .openAsynchronousServerSocketChannel(null)
        .bind(Host.loopback(0));
  }

  private static AsynchronousSocketChannel asynchronousPair(Stack stack) throws Exception {
    AsynchronousServerSocketChannel server = listenAsynchronously(stack);
    AsynchronousSocketChannel client =
        stack.asynchronousChannelProvider().openAsynchronousSocketChannel(null);
    client.connect(server.getLocalAddress()).get();
    assertThat(server.accept().get().isOpen()).isTrue();
    return client;
  }

  private static Stream<Arguments> each(Map<String, Waiting> all) {
    return all.keySet().stream()
        .flatMap(name -> Stream.of(Arguments.of(name, false), Arguments.of(name, true)));
  }

  static Stream<Arguments> channels() {
    return each(CHANNELS);
  }

  static Stream<Arguments> sockets() {
    return each(SOCKETS);
  }

  static Stream<Arguments> asynchronous() {
    return each(ASYNCHRONOUS);
  }

  /** What somebody gets who waits while his stack is closed. */
  private static Throwable woken(Waiting waiting, boolean virtual) throws Exception {
    Stack stack = silentStack();
    Background<?> waits = Background.start(virtual, waiting.on(stack)).awaitParked();
    stack.close();
    Throwable failure = waits.failure();
    assertThat(stack.snapshot().sockets()).isEmpty();
    return failure;
  }

  @ParameterizedTest
  @MethodSource("channels")
  void whoWaitsInAChannelHearsThatItIsClosed(String name, boolean virtual) throws Exception {
    // An AsynchronousCloseException, but for one who was still on his way to wait.
    assertThat(woken(CHANNELS.get(name), virtual)).isInstanceOf(ClosedChannelException.class);
  }

  @ParameterizedTest
  @MethodSource("sockets")
  void whoWaitsInASocketHearsThatItIsClosed(String name, boolean virtual) throws Exception {
    assertThat(woken(SOCKETS.get(name), virtual))
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("Socket closed");
  }

  @ParameterizedTest
  @MethodSource("asynchronous")
  void whatIsUnderWayAsynchronouslyFails(String name, boolean virtual) throws Exception {
    assertThat(woken(ASYNCHRONOUS.get(name), virtual))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isExactlyInstanceOf(AsynchronousCloseException.class);
  }

  @Test
  void whoWaitsForAnEchoGetsAClosedChannel() throws Exception {
    assertThat(
            woken(
                stack -> {
                  EchoSocket echo = stack.openEchoSocket(false);
                  return () -> echo.receive(Duration.ofHours(1));
                },
                false))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whoSelectsReturnsAndFindsTheSelectorClosed() throws Exception {
    Stack stack = Stack.create();
    Selector selector = stack.selectorProvider().openSelector();
    ServerSocketChannel server = listen(stack);
    server.configureBlocking(false);
    SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
    Background<Integer> selecting = Background.start(true, () -> selector.select()).awaitParked();

    stack.close();

    assertThat(selecting.result()).isZero();
    assertThat(selector.isOpen()).isFalse();
    assertThat(key.isValid()).isFalse();
    assertThatThrownBy(selector::select).isInstanceOf(ClosedSelectorException.class);
  }

  // ---------------------------------------------------------------- what is left

  @Test
  void everythingThatWasOpenIsClosed() throws Exception {
    Stack stack = Stack.create();
    var provider = stack.selectorProvider();
    Pipe pipe = provider.openPipe();
    List<Channel> channels =
        List.of(
            provider.openSocketChannel(),
            provider.openServerSocketChannel(),
            provider.openDatagramChannel(),
            pipe.source(),
            pipe.sink(),
            stack.asynchronousChannelProvider().openAsynchronousSocketChannel(null),
            stack.asynchronousChannelProvider().openAsynchronousServerSocketChannel(null));
    var multicast = stack.datagramSockets().multicast(null);
    var adaptor = provider.openSocketChannel().socket();

    stack.close();

    assertThat(channels).noneMatch(Channel::isOpen);
    assertThat(multicast.isClosed()).isTrue();
    assertThat(adaptor.isClosed()).isTrue();
    for (Channel each : channels) {
      each.close();
    }
  }

  @Test
  void noThreadOfAGroupIsLeft() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    ThreadFactory factory =
        task -> {
          Thread thread = Thread.ofPlatform().unstarted(task);
          threads.add(thread);
          return thread;
        };
    Stack stack = Stack.create();
    var provider = stack.asynchronousChannelProvider();
    AsynchronousChannelGroup fixed = provider.openAsynchronousChannelGroup(2, factory);
    AsynchronousChannelGroup cached =
        provider.openAsynchronousChannelGroup(Executors.newCachedThreadPool(factory), 0);
    for (AsynchronousChannelGroup each : List.of(fixed, cached)) {
      var server = provider.openAsynchronousServerSocketChannel(each).bind(Host.loopback(0));
      CompletableFuture<Thread> handled = new CompletableFuture<>();
      server.accept(null, completing(handled));
      var client = provider.openAsynchronousSocketChannel(each);
      client.connect(server.getLocalAddress()).get();
      assertThat(handled.get(30, TimeUnit.SECONDS)).isIn(threads);
    }

    stack.close();

    assertThat(fixed.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(cached.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    for (Thread each : threads) {
      assertThat(each.join(Duration.ofSeconds(30))).isTrue();
    }
    assertThatThrownBy(() -> provider.openAsynchronousSocketChannel(fixed))
        .isInstanceOf(ShutdownChannelGroupException.class);
  }

  private static CompletionHandler<AsynchronousSocketChannel, Object> completing(
      CompletableFuture<Thread> by) {
    return new CompletionHandler<>() {
      @Override
      public void completed(AsynchronousSocketChannel result, Object attachment) {
        by.complete(Thread.currentThread());
      }

      @Override
      public void failed(Throwable failure, Object attachment) {
        by.completeExceptionally(failure);
      }
    };
  }

  @Test
  void aConnectionInUseLeavesNoTimer() throws Exception {
    VirtualClock clock = new VirtualClock();
    Stack stack = Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());
    Callable<?> reading =
        pair(
            stack,
            one -> {
              one.configureBlocking(false);
              return one.write(ByteBuffer.allocate(1 << 16));
            });
    assertThat((int) reading.call()).isPositive();

    stack.close();

    assertThat(clock.nextDeadline()).isEqualTo(Clock.NEVER);
  }

  @Test
  void whatIsOpenedOnAClosedStackIsClosedOrRefused() throws Exception {
    Stack stack = Stack.create();
    var provider = stack.selectorProvider();
    stack.close();

    assertThat(provider.openSelector().isOpen()).isFalse();
    assertThat(provider.openPipe().source().isOpen()).isFalse();
    assertThatThrownBy(provider::openSocketChannel).hasMessage("Network is down");
    assertThatThrownBy(provider::openServerSocketChannel).hasMessage("Network is down");
    assertThatThrownBy(provider::openDatagramChannel).hasMessage("Network is down");
    assertThatThrownBy(() -> stack.socketFactory().createSocket("127.0.0.1", 80))
        .isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> stack.serverSocketFactory().createServerSocket(80))
        .isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> stack.datagramSockets().datagram(null)).hasMessage("Network is down");
    assertThatThrownBy(
            () -> stack.asynchronousChannelProvider().openAsynchronousSocketChannel(null))
        .hasMessage("Network is down");
    assertThatThrownBy(() -> stack.openEchoSocket(false))
        .isInstanceOf(ClosedChannelException.class);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.asynchronous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Wait;

class ListenerAndGroupTest {
  private static AsynchronousSocketChannel inGroup(Net net, AsynchronousChannelGroup group)
      throws IOException {
    return net.track(net.asynchronous().openAsynchronousSocketChannel(group));
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

  @Case(
      id = "async.server.accept-pending",
      title = "a second accept while one is pending: AcceptPendingException",
      source = "AcceptPendingException Javadoc",
      over = {IPV4, IPV6})
  void acceptPending(Net net) throws Exception {
    AsynchronousServerSocketChannel server = net.asyncListen();
    Future<AsynchronousSocketChannel> first = server.accept();
    Expect.thrown(AcceptPendingException.class, server::accept);
    net.connect((InetSocketAddress) server.getLocalAddress());
    net.track(Results.get(first));
    net.connect((InetSocketAddress) server.getLocalAddress());
    assertThat(net.track(Results.get(server.accept())).isOpen()).isTrue();
  }

  @Case(
      id = "async.server.errors",
      title = "accepting on a channel that is closed or not bound; binding twice",
      source = "AsynchronousServerSocketChannel Javadoc",
      over = {IPV4, IPV6})
  void errors(Net net) throws Exception {
    AsynchronousServerSocketChannel server =
        net.track(net.asynchronous().openAsynchronousServerSocketChannel(null));
    assertThat(server.getLocalAddress()).isNull();
    Expect.thrown(NotYetBoundException.class, server::accept);
    server.bind(net.anyPort());
    Expect.thrown(AlreadyBoundException.class, () -> server.bind(net.anyPort()));
    Expect.thrown(
        BindException.class,
        "Address already in use",
        () ->
            net.track(net.asynchronous().openAsynchronousServerSocketChannel(null))
                .bind(server.getLocalAddress()));
    server.close();
    Results.failure(ClosedChannelException.class, server.accept());
    Expect.thrown(ClosedChannelException.class, server::getLocalAddress);
  }

  @Case(
      id = "async.server.close",
      title = "closing ends a pending accept: AsynchronousCloseException",
      source = "AsynchronousServerSocketChannel Javadoc",
      over = {IPV4, IPV6})
  void close(Net net) throws Exception {
    AsynchronousServerSocketChannel server = net.asyncListen();
    Results.Handler<AsynchronousSocketChannel> accepting = new Results.Handler<>();
    server.accept(null, accepting);
    server.close();
    Results.failure(AsynchronousCloseException.class, accepting.result);
  }

  @Case(
      id = "async.server.options",
      title = "a listener reuses addresses and has a receive buffer",
      source = "AsynchronousServerSocketChannel.setOption Javadoc",
      over = {IPV4, IPV6})
  void options(Net net) throws Exception {
    AsynchronousServerSocketChannel server = net.asyncListen();
    server.setOption(StandardSocketOptions.SO_RCVBUF, 30_000);
    assertThat(server.getOption(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(30_000);
    assertThat(server.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
    Expect.thrown(
        UnsupportedOperationException.class,
        "'TCP_NODELAY' not supported",
        () -> server.setOption(StandardSocketOptions.TCP_NODELAY, true));
  }

  @Case(
      id = "async.server.interop",
      title = "an asynchronous listener accepts a channel's and a socket's connections",
      source = "issue of the java door: one port space",
      over = {IPV4, IPV6})
  void interop(Net net) throws Exception {
    AsynchronousServerSocketChannel server = net.asyncListen();
    SocketChannel channel = net.connect((InetSocketAddress) server.getLocalAddress());
    AsynchronousSocketChannel first = net.track(Results.get(server.accept()));
    Expect.write(channel, "a");
    assertThat(Results.get(first.read(ByteBuffer.allocate(9)))).isEqualTo(1);
    Socket socket = net.socketTo(server.getLocalAddress());
    AsynchronousSocketChannel second = net.track(Results.get(server.accept()));
    Results.get(second.write(Expect.ascii("b")));
    assertThat(socket.getInputStream().read()).isEqualTo('b');
  }

  @Case(
      id = "async.group.fixed",
      title = "handlers run on the threads of a fixed group",
      source = "AsynchronousChannelGroup.withFixedThreadPool Javadoc",
      over = {IPV4, IPV6})
  void fixed(Net net) throws Exception {
    Known known = new Known();
    AsynchronousChannelGroup group = net.asynchronous().openAsynchronousChannelGroup(2, known);
    try {
      Results.Ends ends = Results.ends(net, inGroup(net, group));
      Results.Handler<Integer> waiting = new Results.Handler<>();
      ends.client().read(ByteBuffer.allocate(1), null, waiting);
      Expect.write(ends.server(), "xy");
      assertThat(known.threads).contains(Results.get(waiting.thread));
      Results.Handler<Integer> atOnce = new Results.Handler<>();
      ends.client().read(ByteBuffer.allocate(1), null, atOnce);
      assertThat(known.threads).contains(Results.get(atOnce.thread));
      assertThat(known.threads).hasSizeLessThanOrEqualTo(2);
    } finally {
      group.shutdownNow();
    }
  }

  @Case(
      id = "async.group.executor",
      title = "handlers run on the executor that a group was given, which ends with the group",
      source = "AsynchronousChannelGroup.withThreadPool Javadoc",
      over = {IPV4, IPV6})
  void executor(Net net) throws Exception {
    Known known = new Known();
    ExecutorService executor = Executors.newCachedThreadPool(known);
    AsynchronousChannelGroup group = net.asynchronous().openAsynchronousChannelGroup(executor, 1);
    Results.Ends ends = Results.ends(net, inGroup(net, group));
    Results.Handler<Integer> read = new Results.Handler<>();
    ends.client().read(ByteBuffer.allocate(1), null, read);
    Expect.write(ends.server(), "x");
    assertThat(known.threads).contains(Results.get(read.thread));
    group.shutdownNow();
    assertThat(group.awaitTermination(Wait.SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(group.isTerminated()).isTrue();
    assertThat(executor.isShutdown()).isTrue();
    assertThat(ends.client().isOpen()).isFalse();
  }

  @Case(
      id = "async.group.accepted",
      title = "an accepted channel is in the listener's group",
      source = "AsynchronousServerSocketChannel.accept Javadoc",
      over = {IPV4, IPV6})
  void accepted(Net net) throws Exception {
    Known known = new Known();
    AsynchronousChannelGroup group = net.asynchronous().openAsynchronousChannelGroup(1, known);
    AsynchronousServerSocketChannel server =
        net.track(net.asynchronous().openAsynchronousServerSocketChannel(group))
            .bind(net.anyPort());
    SocketChannel client = net.connect((InetSocketAddress) server.getLocalAddress());
    AsynchronousSocketChannel accepted = Results.get(server.accept());
    Results.Handler<Integer> read = new Results.Handler<>();
    accepted.read(ByteBuffer.allocate(1), null, read);
    Expect.write(client, "x");
    assertThat(known.threads).contains(Results.get(read.thread));
    group.shutdownNow();
    assertThat(accepted.isOpen()).isFalse();
    assertThat(server.isOpen()).isFalse();
  }

  @Case(
      id = "async.group.shutdown",
      title = "a group that is shut down takes no more channels, and terminates with its last one",
      source = "AsynchronousChannelGroup.shutdown Javadoc",
      over = {IPV4, IPV6})
  void shutdown(Net net) throws Exception {
    AsynchronousChannelGroup group =
        net.asynchronous().openAsynchronousChannelGroup(1, new Known());
    Results.Ends ends = Results.ends(net, inGroup(net, group));
    group.shutdown();
    assertThat(group.isShutdown()).isTrue();
    assertThat(group.isTerminated()).isFalse();
    Expect.thrown(ShutdownChannelGroupException.class, () -> inGroup(net, group));
    Results.Handler<Integer> read = new Results.Handler<>();
    ends.client().read(ByteBuffer.allocate(1), null, read);
    Expect.write(ends.server(), "x");
    assertThat(Results.get(read.result)).isEqualTo(1);
    ends.client().close();
    assertThat(group.awaitTermination(Wait.SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Case(
      id = "async.group.shutdown-empty",
      title = "a group without channels terminates at once",
      source = "AsynchronousChannelGroup.shutdown Javadoc",
      over = {IPV4, IPV6})
  void shutdownEmpty(Net net) throws Exception {
    AsynchronousChannelGroup group =
        net.asynchronous().openAsynchronousChannelGroup(1, new Known());
    assertThat(group.provider()).isSameAs(net.asynchronous());
    assertThat(group.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
    group.shutdown();
    group.shutdown();
    assertThat(group.awaitTermination(Wait.SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Case(
      id = "async.group.shutdown-now",
      title = "shutdownNow ends what is pending: AsynchronousCloseException",
      source = "AsynchronousChannelGroup.shutdownNow Javadoc",
      over = {IPV4, IPV6})
  void shutdownNow(Net net) throws Exception {
    AsynchronousChannelGroup group =
        net.asynchronous().openAsynchronousChannelGroup(1, new Known());
    Results.Ends ends = Results.ends(net, inGroup(net, group));
    Results.Handler<Integer> read = new Results.Handler<>();
    ends.client().read(ByteBuffer.allocate(1), null, read);
    group.shutdownNow();
    Results.failure(AsynchronousCloseException.class, read.result);
    Expect.endOfStream(ends.server());
  }

  @Case(
      id = "async.group.arguments",
      title = "a group without threads: IllegalArgumentException",
      source = "AsynchronousChannelGroup.withFixedThreadPool Javadoc",
      over = {IPV4, IPV6})
  void arguments(Net net) throws Exception {
    Expect.thrown(
        IllegalArgumentException.class,
        () -> net.asynchronous().openAsynchronousChannelGroup(0, new Known()));
    Expect.thrown(
        NullPointerException.class, () -> net.asynchronous().openAsynchronousChannelGroup(null, 0));
  }

  @Case(
      id = "async.group.chain",
      title = "handlers that begin the next operation run a long way without overflowing the stack",
      source = "AsynchronousChannelGroup Javadoc",
      over = {IPV4, IPV6})
  void chain(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    int bytes = 50_000;
    Expect.write(ends.server(), "x".repeat(bytes));
    CompletableFuture<Integer> all = new CompletableFuture<>();
    ByteBuffer one = ByteBuffer.allocate(1);
    CompletionHandler<Integer, Integer> handler =
        new CompletionHandler<>() {
          @Override
          public void completed(Integer n, Integer before) {
            if (before + n == bytes) {
              all.complete(bytes);
            } else {
              ends.client().read(one.clear(), before + n, this);
            }
          }

          @Override
          public void failed(Throwable why, Integer before) {
            all.completeExceptionally(why);
          }
        };
    ends.client().read(one, 0, handler);
    assertThat(Results.get(all)).isEqualTo(bytes);
  }
}

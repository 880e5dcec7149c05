// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.asynchronous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.WritePendingException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Wait;

class StreamTest {
  @Case(
      id = "async.stream.echo",
      title = "accept, connect, read and write as futures",
      source = "AsynchronousSocketChannel Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void echo(Net net) throws Exception {
    AsynchronousServerSocketChannel server = net.asyncListen();
    Future<AsynchronousSocketChannel> accepting = server.accept();
    assertThat(accepting.isDone()).isFalse();
    AsynchronousSocketChannel client = net.asyncTcp();
    Results.get(client.connect(server.getLocalAddress()));
    AsynchronousSocketChannel accepted = net.track(Results.get(accepting));
    ByteBuffer target = ByteBuffer.allocate(10);
    Future<Integer> reading = accepted.read(target);
    assertThat(Results.get(client.write(Expect.ascii("hello")))).isEqualTo(5);
    assertThat(Results.get(reading)).isEqualTo(5);
    assertThat(Expect.text(target)).isEqualTo("hello");
    client.close();
    assertThat(Results.get(accepted.read(target))).isEqualTo(-1);
  }

  @Case(
      id = "async.stream.handlers",
      title = "the same with handlers, which get their attachments",
      source = "CompletionHandler Javadoc",
      over = {IPV4, IPV6})
  void handlers(Net net) throws Exception {
    AsynchronousServerSocketChannel server = net.asyncListen();
    Results.Handler<AsynchronousSocketChannel> accepted = new Results.Handler<>();
    server.accept("server", accepted);
    AsynchronousSocketChannel client = net.asyncTcp();
    Results.Handler<Void> connected = new Results.Handler<>();
    client.connect(server.getLocalAddress(), "client", connected);
    assertThat(Results.get(connected.result)).isNull();
    assertThat(Results.get(connected.attached)).isEqualTo("client");
    assertThat(Results.get(accepted.attached)).isEqualTo("server");
    AsynchronousSocketChannel peer = net.track(Results.get(accepted.result));
    Results.Handler<Integer> read = new Results.Handler<>();
    peer.read(ByteBuffer.allocate(10), null, read);
    Results.Handler<Integer> written = new Results.Handler<>();
    client.write(Expect.ascii("abc"), null, written);
    assertThat(Results.get(written.result)).isEqualTo(3);
    assertThat(Results.get(read.result)).isEqualTo(3);
    assertThat(Results.get(read.attached)).isEqualTo("null");
  }

  @Case(
      id = "async.stream.addresses",
      title = "the channels know their addresses",
      source = "AsynchronousSocketChannel Javadoc",
      over = {IPV4, IPV6})
  void addresses(Net net) throws Exception {
    AsynchronousSocketChannel client = net.asyncTcp();
    assertThat(client.getLocalAddress()).isNull();
    assertThat(client.getRemoteAddress()).isNull();
    assertThat(client.isOpen()).isTrue();
    AsynchronousServerSocketChannel server = net.asyncListen();
    Results.get(client.connect(server.getLocalAddress()));
    AsynchronousSocketChannel accepted = net.track(Results.get(server.accept()));
    assertThat(client.getRemoteAddress()).isEqualTo(server.getLocalAddress());
    assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
    assertThat(accepted.getLocalAddress()).isEqualTo(client.getRemoteAddress());
    client.close();
    Expect.thrown(ClosedChannelException.class, client::getLocalAddress);
    Expect.thrown(ClosedChannelException.class, client::getRemoteAddress);
  }

  @Case(
      id = "async.stream.refused",
      title = "connecting to a port without a listener: ConnectException, and closed",
      source = "AsynchronousSocketChannel.connect Javadoc",
      over = {IPV4, IPV6})
  void refused(Net net) throws Exception {
    AsynchronousSocketChannel client = net.asyncTcp();
    Results.failure(
        ConnectException.class, "Connection refused", client.connect(net.refusingPort()));
    assertThat(client.isOpen()).isFalse();
  }

  @Case(
      id = "async.stream.connect-errors",
      title = "connecting again, and to what is no address",
      source = "AsynchronousSocketChannel.connect Javadoc",
      over = {IPV4, IPV6})
  void connectErrors(Net net) throws Exception {
    AsynchronousSocketChannel client = net.asyncTcp();
    Expect.thrown(
        UnresolvedAddressException.class,
        () -> client.connect(InetSocketAddress.createUnresolved("unresolved.invalid", 1)));
    Expect.thrown(
        UnsupportedAddressTypeException.class, () -> client.connect(new SocketAddress() {}));
    Results.Ends ends = Results.ends(net);
    Expect.thrown(
        AlreadyConnectedException.class,
        () -> ends.client().connect(ends.server().getLocalAddress()));
  }

  @Case(
      id = "async.stream.connection-pending",
      title = "connecting while connecting: ConnectionPendingException",
      source = "AsynchronousSocketChannel.connect Javadoc",
      over = {IPV4, IPV6})
  void connectionPending(Net net) throws Exception {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    AsynchronousSocketChannel client = net.asyncTcp();
    Future<Void> connecting = client.connect(local(server));
    Expect.thrown(ConnectionPendingException.class, () -> client.connect(local(server)));
    Expect.thrown(ConnectionPendingException.class, () -> client.bind(null));
    client.close();
    Results.failure(AsynchronousCloseException.class, connecting);
  }

  @Case(
      id = "async.stream.bind",
      title = "a channel is bound once",
      source = "AsynchronousSocketChannel.bind Javadoc",
      over = {IPV4, IPV6})
  void bind(Net net) throws Exception {
    AsynchronousSocketChannel client = net.asyncTcp().bind(net.anyPort());
    assertThat(Net.port(client)).isPositive();
    Expect.thrown(AlreadyBoundException.class, () -> client.bind(net.anyPort()));
    Expect.thrown(
        BindException.class,
        "Address already in use",
        () -> net.asyncTcp().bind(client.getLocalAddress()));
  }

  @Case(
      id = "async.stream.not-connected",
      title = "reading, writing and shutting down before: NotYetConnectedException",
      source = "AsynchronousSocketChannel Javadoc",
      over = {IPV4, IPV6})
  void notConnected(Net net) throws Exception {
    AsynchronousSocketChannel client = net.asyncTcp();
    Class<NotYetConnectedException> expected = NotYetConnectedException.class;
    Expect.thrown(expected, () -> client.read(ByteBuffer.allocate(1)));
    Expect.thrown(expected, () -> client.write(ByteBuffer.allocate(1)));
    Expect.thrown(expected, client::shutdownInput);
    Expect.thrown(expected, client::shutdownOutput);
  }

  @Case(
      id = "async.stream.read-pending",
      title = "a second read while one is pending: ReadPendingException",
      source = "ReadPendingException Javadoc",
      over = {IPV4, IPV6})
  void readPending(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Future<Integer> first = ends.client().read(ByteBuffer.allocate(1));
    Expect.thrown(ReadPendingException.class, () -> ends.client().read(ByteBuffer.allocate(1)));
    Expect.write(ends.server(), "xy");
    assertThat(Results.get(first)).isEqualTo(1);
    assertThat(Results.get(ends.client().read(ByteBuffer.allocate(1)))).isEqualTo(1);
  }

  private static Future<Integer> fill(AsynchronousSocketChannel channel) throws Exception {
    while (true) {
      Future<Integer> writing = channel.write(ByteBuffer.allocate(1 << 20));
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Wait.QUIET_MILLIS);
      while (!writing.isDone()) {
        if (System.nanoTime() - end > 0) {
          return writing;
        }
        Thread.onSpinWait();
      }
    }
  }

  @Case(
      id = "async.stream.write-pending",
      title = "a second write while one is pending: WritePendingException",
      source = "WritePendingException Javadoc",
      over = {IPV4, IPV6})
  void writePending(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Future<Integer> pending = fill(ends.client());
    Expect.thrown(WritePendingException.class, () -> ends.client().write(ByteBuffer.allocate(1)));
    ByteBuffer sink = ByteBuffer.allocate(1 << 20);
    ends.server().configureBlocking(false);
    Wait.until(
        "there is room",
        () -> {
          ends.server().read(sink.clear());
          return pending.isDone();
        });
    assertThat(Results.get(pending)).isPositive();
  }

  @Case(
      id = "async.stream.timeout",
      title = "a read that takes too long: InterruptedByTimeoutException, and no read after it",
      source = "AsynchronousSocketChannel.read Javadoc",
      over = {IPV4, IPV6})
  void timeout(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Results.Handler<Integer> read = new Results.Handler<>();
    ends.client().read(ByteBuffer.allocate(1), 20, TimeUnit.MILLISECONDS, null, read);
    Results.failure(InterruptedByTimeoutException.class, read.result);
    Expect.thrown(
        IllegalStateException.class,
        "Reading not allowed due to timeout or cancellation",
        () -> ends.client().read(ByteBuffer.allocate(1)));
    assertThat(Results.get(ends.client().write(ByteBuffer.allocate(1)))).isEqualTo(1);
  }

  @Case(
      id = "async.stream.write-timeout",
      title = "a write that takes too long: InterruptedByTimeoutException, and no write after it",
      source = "AsynchronousSocketChannel.write Javadoc",
      over = {IPV4, IPV6})
  void writeTimeout(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Results.Handler<Integer> written = new Results.Handler<>();
    while (!written.result.isDone()) {
      Results.Handler<Integer> next = new Results.Handler<>();
      ends.client().write(ByteBuffer.allocate(1 << 20), 50, TimeUnit.MILLISECONDS, null, next);
      Throwable failure = catchThrowable(() -> Results.get(next.result));
      if (failure != null) {
        written = next;
      }
    }
    Results.failure(InterruptedByTimeoutException.class, written.result);
    Expect.thrown(
        IllegalStateException.class,
        "Writing not allowed due to timeout or cancellation",
        () -> ends.client().write(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "async.stream.no-timeout",
      title = "a timeout of 0 or less is none",
      source = "AsynchronousSocketChannel.read Javadoc",
      over = {IPV4, IPV6})
  void noTimeout(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Results.Handler<Integer> read = new Results.Handler<>();
    ends.client().read(ByteBuffer.allocate(1), -1, TimeUnit.SECONDS, null, read);
    Expect.write(ends.server(), "x");
    assertThat(Results.get(read.result)).isEqualTo(1);
    Results.Handler<Integer> again = new Results.Handler<>();
    ends.client().read(ByteBuffer.allocate(1), 0, TimeUnit.SECONDS, null, again);
    Expect.write(ends.server(), "x");
    assertThat(Results.get(again.result)).isEqualTo(1);
  }

  @Case(
      id = "async.stream.cancel",
      title =
          "a cancelled read leaves the channel open and unfit to read; with interrupting it is"
              + " closed",
      source = "AsynchronousChannel Javadoc",
      over = {IPV4, IPV6})
  void cancel(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Future<Integer> reading = ends.client().read(ByteBuffer.allocate(1));
    assertThat(reading.cancel(false)).isTrue();
    assertThat(reading.isCancelled()).isTrue();
    assertThat(reading.isDone()).isTrue();
    assertThat(reading.cancel(false)).isFalse();
    assertThat(ends.client().isOpen()).isTrue();
    Expect.thrown(IllegalStateException.class, () -> ends.client().read(ByteBuffer.allocate(1)));
    Results.Ends other = Results.ends(net);
    assertThat(other.client().read(ByteBuffer.allocate(1)).cancel(true)).isTrue();
    assertThat(other.client().isOpen()).isFalse();
  }

  @Case(
      id = "async.stream.close",
      title = "closing ends what is pending: AsynchronousCloseException",
      source = "AsynchronousChannel Javadoc",
      over = {IPV4, IPV6})
  void close(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Future<Integer> reading = ends.client().read(ByteBuffer.allocate(1));
    Future<Integer> writing = fill(ends.client());
    ends.client().close();
    Results.failure(AsynchronousCloseException.class, reading);
    Results.failure(AsynchronousCloseException.class, writing);
  }

  @Case(
      id = "async.stream.closed",
      title = "operations on a closed channel fail: ClosedChannelException",
      source = "AsynchronousChannel Javadoc",
      over = {IPV4, IPV6})
  void closed(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    AsynchronousSocketChannel client = ends.client();
    client.close();
    client.close();
    assertThat(client.isOpen()).isFalse();
    Results.failure(ClosedChannelException.class, client.read(ByteBuffer.allocate(1)));
    Results.failure(ClosedChannelException.class, client.write(ByteBuffer.allocate(1)));
    Results.failure(ClosedChannelException.class, client.connect(ends.server().getLocalAddress()));
    Expect.thrown(ClosedChannelException.class, () -> client.bind(null));
    Expect.thrown(ClosedChannelException.class, client::shutdownInput);
    Results.Handler<Integer> read = new Results.Handler<>();
    client.read(ByteBuffer.allocate(1), null, read);
    Results.failure(ClosedChannelException.class, read.result);
  }

  @Case(
      id = "async.stream.scatter-gather",
      title = "several buffers are filled and emptied in order",
      source = "AsynchronousSocketChannel.read Javadoc",
      over = {IPV4, IPV6})
  void scatterGather(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    ByteBuffer[] sources = {Expect.ascii("no"), Expect.ascii("ab"), Expect.ascii("cde")};
    Results.Handler<Long> written = new Results.Handler<>();
    ends.client().write(sources, 1, 2, 0, TimeUnit.SECONDS, null, written);
    assertThat(Results.get(written.result)).isEqualTo(5L);
    Expect.read(ends.server(), "abcde");
    Expect.write(ends.server(), "vwxyz");
    ByteBuffer[] targets = {ByteBuffer.allocate(2), ByteBuffer.allocate(2)};
    Results.Handler<Long> read = new Results.Handler<>();
    ends.client().read(targets, 0, 2, 0, TimeUnit.SECONDS, null, read);
    assertThat(Results.get(read.result)).isEqualTo(4L);
    assertThat(Expect.text(targets[0]) + Expect.text(targets[1])).isEqualTo("vwxy");
    Expect.thrown(
        IndexOutOfBoundsException.class,
        () -> ends.client().read(targets, 1, 2, 0, TimeUnit.SECONDS, null, read));
  }

  @Case(
      id = "async.stream.empty",
      title = "with no room, or nothing to write, the result is 0 at once",
      source = "AsynchronousSocketChannel.read Javadoc",
      over = {IPV4, IPV6})
  void empty(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    assertThat(Results.get(ends.client().read(ByteBuffer.allocate(0)))).isZero();
    assertThat(Results.get(ends.client().write(ByteBuffer.allocate(0)))).isZero();
  }

  @Case(
      id = "async.stream.arguments",
      title = "a read-only target: IllegalArgumentException; no handler: NullPointerException",
      source = "AsynchronousSocketChannel.read Javadoc",
      over = {IPV4, IPV6})
  void arguments(Net net) throws Exception {
    AsynchronousSocketChannel client = Results.ends(net).client();
    ByteBuffer readOnly = ByteBuffer.allocate(1).asReadOnlyBuffer();
    Expect.thrown(IllegalArgumentException.class, "Read-only buffer", () -> client.read(readOnly));
    Expect.thrown(
        NullPointerException.class, () -> client.read(ByteBuffer.allocate(1), null, null));
    Expect.thrown(
        NullPointerException.class, () -> client.write(ByteBuffer.allocate(1), null, null));
    Expect.thrown(NullPointerException.class, () -> net.asyncListen().accept(null, null));
  }

  @Case(
      id = "async.stream.half-close",
      title = "after shutdownOutput the peer reads the end; writes fail: ClosedChannelException",
      source = "AsynchronousSocketChannel.shutdownOutput Javadoc",
      over = {IPV4, IPV6})
  void halfClose(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    assertThat(ends.client().shutdownOutput()).isSameAs(ends.client());
    Expect.endOfStream(ends.server());
    Results.failure(ClosedChannelException.class, ends.client().write(ByteBuffer.allocate(1)));
    Expect.write(ends.server(), "x");
    assertThat(Results.get(ends.client().read(ByteBuffer.allocate(1)))).isEqualTo(1);
    ends.client().shutdownInput();
    assertThat(Results.get(ends.client().read(ByteBuffer.allocate(1)))).isEqualTo(-1);
  }

  @Case(
      id = "async.stream.shutdown-wakes",
      title = "shutdownInput ends a pending read with -1",
      source = "AsynchronousSocketChannel.shutdownInput Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void shutdownWakes(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Future<Integer> reading = ends.client().read(ByteBuffer.allocate(1));
    ends.client().shutdownInput();
    assertThat(Results.get(reading)).isEqualTo(-1);
  }

  @Case(
      id = "async.stream.reset",
      title = "the peer's reset ends a pending read: \"Connection reset\"",
      source = "seen on JDK 25",
      over = {IPV4, IPV6})
  void reset(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    Future<Integer> reading = ends.client().read(ByteBuffer.allocate(1));
    ends.server().setOption(StandardSocketOptions.SO_LINGER, 0);
    ends.server().close();
    assertThat(Results.failure(IOException.class, reading)).hasMessage("Connection reset");
  }

  @Case(
      id = "async.stream.options",
      title = "what is set is got; others are unsupported",
      source = "AsynchronousSocketChannel.setOption Javadoc",
      over = {IPV4, IPV6})
  void options(Net net) throws Exception {
    AsynchronousSocketChannel client = net.asyncTcp();
    assertThat(client.setOption(StandardSocketOptions.TCP_NODELAY, true)).isSameAs(client);
    assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
    assertThat(client.supportedOptions())
        .contains(
            StandardSocketOptions.SO_SNDBUF,
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_KEEPALIVE,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.TCP_NODELAY);
    Expect.thrown(
        UnsupportedOperationException.class,
        "'IP_MULTICAST_TTL' not supported",
        () -> client.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1));
    client.close();
    Expect.thrown(
        ClosedChannelException.class, () -> client.getOption(StandardSocketOptions.TCP_NODELAY));
  }

  @Case(
      id = "async.stream.large",
      title = "much data arrives whole and in order",
      source = "AsynchronousSocketChannel Javadoc",
      over = {IPV4, IPV6})
  void large(Net net) throws Exception {
    Results.Ends ends = Results.ends(net);
    byte[] data = new byte[4 << 20];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31 >>> 3);
    }
    Task<byte[]> reader = net.start(() -> ends.server().socket().getInputStream().readAllBytes());
    ByteBuffer source = ByteBuffer.wrap(data);
    while (source.hasRemaining()) {
      Results.get(ends.client().write(source));
    }
    ends.client().close();
    assertThat(reader.join()).isEqualTo(data);
  }
}

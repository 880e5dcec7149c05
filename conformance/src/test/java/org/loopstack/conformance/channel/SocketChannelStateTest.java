// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class SocketChannelStateTest {
  @Case(
      id = "channel.stream.fresh",
      title = "a new stream channel is open, blocking, neither connected nor connecting",
      source = "SocketChannel Javadoc")
  void fresh(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    assertThat(channel.isOpen()).isTrue();
    assertThat(channel.isBlocking()).isTrue();
    assertThat(channel.isRegistered()).isFalse();
    assertThat(channel.isConnected()).isFalse();
    assertThat(channel.isConnectionPending()).isFalse();
    assertThat(channel.getRemoteAddress()).isNull();
  }

  @Case(
      id = "channel.stream.not-connected",
      title = "I/O on an unconnected stream channel: NotYetConnectedException",
      source = "SocketChannel.read, write, shutdownInput, shutdownOutput Javadoc")
  void notConnected(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    ByteBuffer one = ByteBuffer.allocate(1);
    ByteBuffer[] several = {one, ByteBuffer.allocate(1)};
    Class<NotYetConnectedException> expected = NotYetConnectedException.class;
    Expect.thrown(expected, () -> channel.read(one));
    Expect.thrown(expected, () -> channel.read(several));
    Expect.thrown(expected, () -> channel.write(one));
    Expect.thrown(expected, () -> channel.write(several));
    Expect.thrown(expected, channel::shutdownInput);
    Expect.thrown(expected, channel::shutdownOutput);
    assertThat(channel.isOpen()).isTrue();
  }

  @Case(
      id = "channel.stream.already-connected",
      title = "connecting a connected channel: AlreadyConnectedException, it stays connected",
      source = "SocketChannel.connect Javadoc")
  void alreadyConnected(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.pair(server).client();
    Expect.thrown(AlreadyConnectedException.class, () -> client.connect(local(server)));
    assertThat(client.isConnected()).isTrue();
    assertThat(client.finishConnect()).isTrue();
  }

  @Case(
      id = "channel.stream.no-connection-pending",
      title = "finishConnect without connect: NoConnectionPendingException",
      source = "SocketChannel.finishConnect Javadoc")
  void noConnectionPending(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    Expect.thrown(NoConnectionPendingException.class, channel::finishConnect);
    assertThat(channel.isOpen()).isTrue();
  }

  /** A non-blocking channel whose connect hangs because the listener's queue is full. */
  private static SocketChannel pending(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    SocketChannel channel = net.tcp();
    channel.configureBlocking(false);
    assertThat(channel.connect(local(server))).isFalse();
    return channel;
  }

  @Case(
      id = "channel.stream.pending",
      title = "while connecting: isConnectionPending, finishConnect returns false",
      source = "SocketChannel.finishConnect Javadoc")
  void whilePending(Net net) throws IOException {
    SocketChannel channel = pending(net);
    assertThat(channel.isConnectionPending()).isTrue();
    assertThat(channel.isConnected()).isFalse();
    assertThat(channel.finishConnect()).isFalse();
  }

  @Case(
      id = "channel.stream.pending-errors",
      title = "while connecting: connect ConnectionPendingException, I/O NotYetConnectedException",
      source = "SocketChannel.connect, read Javadoc")
  void pendingErrors(Net net) throws IOException {
    SocketChannel channel = pending(net);
    InetSocketAddress anywhere = net.refusingPort();
    Expect.thrown(ConnectionPendingException.class, () -> channel.connect(anywhere));
    Expect.thrown(ConnectionPendingException.class, () -> channel.bind(null));
    Expect.thrown(NotYetConnectedException.class, () -> channel.read(ByteBuffer.allocate(1)));
    Expect.thrown(NotYetConnectedException.class, () -> channel.write(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "channel.stream.pending-close",
      title = "closing while connecting ends the attempt",
      source = "SocketChannel.finishConnect Javadoc")
  void pendingClose(Net net) throws IOException {
    SocketChannel channel = pending(net);
    channel.close();
    assertThat(channel.isConnectionPending()).isFalse();
    Expect.thrown(ClosedChannelException.class, channel::finishConnect);
  }

  @Case(
      id = "channel.stream.closed",
      title = "every operation on a closed stream channel: ClosedChannelException",
      source = "SocketChannel Javadoc")
  void closed(Net net) throws IOException {
    InetSocketAddress somewhere = net.refusingPort();
    SocketChannel channel = net.pair().client();
    channel.close();
    ByteBuffer one = ByteBuffer.allocate(1);
    Class<ClosedChannelException> expected = ClosedChannelException.class;
    Expect.thrown(expected, () -> channel.read(one));
    Expect.thrown(expected, () -> channel.write(one));
    Expect.thrown(expected, () -> channel.connect(somewhere));
    Expect.thrown(expected, () -> channel.bind(null));
    Expect.thrown(expected, channel::finishConnect);
    Expect.thrown(expected, channel::shutdownInput);
    Expect.thrown(expected, channel::shutdownOutput);
    Expect.thrown(expected, channel::getLocalAddress);
    Expect.thrown(expected, channel::getRemoteAddress);
    Expect.thrown(expected, () -> channel.configureBlocking(false));
    Expect.thrown(expected, () -> channel.register(net.selector(), SelectionKey.OP_READ));
  }

  @Case(
      id = "channel.stream.close-twice",
      title = "closing twice has no effect, and a closed channel is not connected",
      source = "Channel.close Javadoc; seen on JDK 25")
  void closeTwice(Net net) throws IOException {
    SocketChannel channel = net.pair().client();
    channel.close();
    channel.close();
    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.isConnected()).isFalse();
  }

  @Case(
      id = "channel.stream.null-arguments",
      title = "null buffers and addresses: NullPointerException",
      source = "SocketChannel Javadoc")
  @SuppressWarnings({"DataFlowIssue", "NullAway"})
  void nullArguments(Net net) throws IOException {
    SocketChannel channel = net.pair().client();
    Expect.thrown(NullPointerException.class, () -> channel.read((ByteBuffer) null));
    Expect.thrown(NullPointerException.class, () -> channel.write((ByteBuffer) null));
    Expect.thrown(NullPointerException.class, () -> channel.setOption(null, null));
    Expect.thrown(NullPointerException.class, () -> channel.getOption(null));
  }

  @Case(
      id = "channel.stream.buffer-range",
      title = "offset and length outside the array of buffers: IndexOutOfBoundsException",
      source = "ScatteringByteChannel.read Javadoc")
  void bufferRange(Net net) throws IOException {
    SocketChannel channel = net.pair().client();
    ByteBuffer[] two = {ByteBuffer.allocate(1), ByteBuffer.allocate(1)};
    Class<IndexOutOfBoundsException> expected = IndexOutOfBoundsException.class;
    Expect.thrown(expected, () -> channel.read(two, 1, 2));
    Expect.thrown(expected, () -> channel.read(two, -1, 1));
    Expect.thrown(expected, () -> channel.write(two, 0, 3));
    Expect.thrown(expected, () -> channel.write(two, 3, 0));
  }

  @Case(
      id = "channel.stream.read-only-target",
      title = "reading into a read-only buffer: IllegalArgumentException",
      source = "ReadableByteChannel.read Javadoc")
  void readOnlyTarget(Net net) throws IOException {
    SocketChannel channel = net.pair().client();
    Expect.thrown(
        IllegalArgumentException.class,
        () -> channel.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
  }

  @Case(
      id = "channel.stream.valid-ops",
      title = "the valid operations of stream, listening and datagram channels",
      source = "SelectableChannel.validOps Javadoc")
  void validOps(Net net) throws IOException {
    int readWrite = SelectionKey.OP_READ | SelectionKey.OP_WRITE;
    assertThat(net.tcp().validOps()).isEqualTo(readWrite | SelectionKey.OP_CONNECT);
    assertThat(net.server().validOps()).isEqualTo(SelectionKey.OP_ACCEPT);
    assertThat(net.udp().validOps()).isEqualTo(readWrite);
  }

  @Case(
      id = "channel.stream.provider",
      title = "channels and selectors of one provider name that provider",
      source = "SelectableChannel.provider Javadoc")
  void provider(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    assertThat(net.server().provider()).isSameAs(channel.provider());
    assertThat(net.udp().provider()).isSameAs(channel.provider());
    assertThat(net.selector().provider()).isSameAs(channel.provider());
    assertThat(net.pair().server().provider()).isSameAs(channel.provider());
  }
}

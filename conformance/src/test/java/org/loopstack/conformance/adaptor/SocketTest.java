// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.adaptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Wait;

class SocketTest {
  @Case(
      id = "adaptor.socket.same",
      title = "socket() returns the same object each time, and it knows its channel",
      source = "SocketChannel.socket Javadoc")
  void same(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    assertThat(channel.socket()).isSameAs(channel.socket());
    assertThat(channel.socket().getChannel()).isSameAs(channel);
  }

  @Case(
      id = "adaptor.socket.state",
      title = "the adaptor's state follows the channel",
      source = "Socket Javadoc")
  void state(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    Socket socket = channel.socket();
    assertThat(socket.isBound()).isFalse();
    assertThat(socket.isConnected()).isFalse();
    assertThat(socket.getLocalPort()).isEqualTo(-1);
    assertThat(socket.getPort()).isZero();
    assertThat(socket.getInetAddress()).isNull();
    ServerSocketChannel server = net.listen();
    channel.connect(local(server));
    assertThat(socket.isConnected()).isTrue();
    assertThat(socket.isBound()).isTrue();
    assertThat(socket.getPort()).isEqualTo(Net.port(server));
    assertThat(socket.getLocalPort()).isEqualTo(Net.port(channel));
    assertThat(socket.getInetAddress()).isEqualTo(net.loopback());
    assertThat(socket.getLocalAddress()).isEqualTo(net.loopback());
    assertThat(socket.getRemoteSocketAddress()).isEqualTo(local(server));
    assertThat(socket.getLocalSocketAddress()).isEqualTo(local(channel));
    socket.close();
    assertThat(socket.isClosed()).isTrue();
    assertThat(channel.isOpen()).isFalse();
  }

  @Case(
      id = "adaptor.socket.streams",
      title = "the adaptor's streams carry bytes both ways to the end",
      source = "Socket.getInputStream Javadoc",
      on = {PLATFORM, VIRTUAL})
  void streams(Net net) throws IOException {
    Pair pair = net.pair();
    OutputStream out = pair.client().socket().getOutputStream();
    out.write("request".getBytes(StandardCharsets.US_ASCII));
    pair.client().socket().shutdownOutput();
    InputStream in = pair.server().socket().getInputStream();
    assertThat(in.readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("request");
    pair.server().socket().getOutputStream().write('!');
    pair.server().socket().close();
    assertThat(pair.client().socket().getInputStream().readAllBytes()).containsExactly('!');
  }

  @Case(
      id = "adaptor.socket.full-duplex",
      title = "a thread blocked in the input stream does not block the output stream",
      source = "JAVA.md",
      on = {PLATFORM, VIRTUAL})
  void fullDuplex(Net net) throws Exception {
    Pair pair = net.pair();
    InputStream in = pair.client().socket().getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    pair.client().socket().getOutputStream().write('a');
    Expect.read(pair.server(), "a");
    Expect.write(pair.server(), "b");
    assertThat(reader.join()).isEqualTo('b');
  }

  @Case(
      id = "adaptor.socket.available",
      title = "available() is the number of bytes that can be read at once",
      source = "InputStream.available Javadoc")
  void available(Net net) throws IOException {
    Pair pair = net.pair();
    InputStream in = pair.client().socket().getInputStream();
    assertThat(in.available()).isZero();
    Expect.write(pair.server(), "four");
    Wait.until("four bytes are there", () -> in.available() == 4);
  }

  @Case(
      id = "adaptor.socket.read-timeout",
      title = "with SO_TIMEOUT a read gives up: SocketTimeoutException, and can be tried again",
      source = "Socket.setSoTimeout Javadoc",
      on = {PLATFORM, VIRTUAL})
  void readTimeout(Net net) throws IOException {
    Pair pair = net.pair();
    Socket socket = pair.client().socket();
    socket.setSoTimeout(20);
    assertThat(socket.getSoTimeout()).isEqualTo(20);
    InputStream in = socket.getInputStream();
    Expect.thrown(SocketTimeoutException.class, "Read timed out", in::read);
    socket.setSoTimeout(0);
    Expect.write(pair.server(), "x");
    assertThat(in.read()).isEqualTo('x');
  }

  @Case(
      id = "adaptor.socket.timeout-in-time",
      title = "with SO_TIMEOUT a read that is served in time returns",
      source = "Socket.setSoTimeout Javadoc",
      on = {PLATFORM, VIRTUAL})
  void timeoutInTime(Net net) throws Exception {
    Pair pair = net.pair();
    pair.client().socket().setSoTimeout(20_000);
    InputStream in = pair.client().socket().getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    Expect.write(pair.server(), "x");
    assertThat(reader.join()).isEqualTo('x');
  }

  @Case(
      id = "adaptor.socket.connect-timeout",
      title = "connect with a timeout gives up: SocketTimeoutException, and closes",
      source = "Socket.connect Javadoc",
      on = {PLATFORM, VIRTUAL})
  void connectTimeout(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    SocketChannel channel = net.tcp();
    Expect.thrown(
        SocketTimeoutException.class,
        "Connect timed out",
        () -> channel.socket().connect(local(server), 30));
    assertThat(channel.isOpen()).isFalse();
  }

  @Case(
      id = "adaptor.socket.connect",
      title = "connect with a timeout connects, or is refused",
      source = "Socket.connect Javadoc",
      on = {PLATFORM, VIRTUAL})
  void connect(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    channel.socket().connect(local(net.listen()), 20_000);
    assertThat(channel.isConnected()).isTrue();
    InetSocketAddress closed = net.refusingPort();
    SocketChannel refused = net.tcp();
    Expect.thrown(
        ConnectException.class,
        "Connection refused",
        () -> refused.socket().connect(closed, 20_000));
  }

  @Case(
      id = "adaptor.socket.unresolved",
      title = "connecting the adaptor to an unresolved name: UnknownHostException",
      source = "JAVA.md; seen on JDK 25")
  void unresolved(Net net) throws IOException {
    Socket socket = net.tcp().socket();
    InetSocketAddress name = InetSocketAddress.createUnresolved("unresolved.invalid", 80);
    Expect.thrown(UnknownHostException.class, () -> socket.connect(name));
  }

  @Case(
      id = "adaptor.socket.not-connected",
      title = "streams of an unconnected adaptor: SocketException, \"Socket is not connected\"",
      source = "Socket.getInputStream Javadoc")
  void notConnected(Net net) throws IOException {
    Socket socket = net.tcp().socket();
    String message = "Socket is not connected";
    Expect.thrown(SocketException.class, message, socket::getInputStream);
    Expect.thrown(SocketException.class, message, socket::getOutputStream);
    Expect.thrown(SocketException.class, message, socket::shutdownOutput);
  }

  @Case(
      id = "adaptor.socket.closed",
      title = "operations on a closed adaptor: SocketException, \"Socket is closed\"",
      source = "Socket Javadoc")
  void closed(Net net) throws IOException {
    Socket socket = net.pair().client().socket();
    socket.close();
    String message = "Socket is closed";
    Expect.thrown(SocketException.class, message, socket::getInputStream);
    Expect.thrown(SocketException.class, message, socket::getTcpNoDelay);
    Expect.thrown(SocketException.class, message, () -> socket.setSoTimeout(1));
    Expect.thrownAsClosed(() -> socket.bind(null));
  }

  @Case(
      id = "adaptor.socket.blocking-mode",
      title = "a stream of a non-blocking channel: IllegalBlockingModeException",
      source = "SocketChannel.socket, Socket.getInputStream Javadoc")
  void blockingMode(Net net) throws IOException {
    SocketChannel channel = net.pair().client();
    InputStream in = channel.socket().getInputStream();
    OutputStream out = channel.socket().getOutputStream();
    channel.configureBlocking(false);
    Expect.thrown(IllegalBlockingModeException.class, in::read);
    Expect.thrown(IllegalBlockingModeException.class, () -> out.write(1));
  }

  @Case(
      id = "adaptor.socket.options",
      title = "options set through the adaptor are the channel's, and the other way round",
      source = "Socket Javadoc")
  void options(Net net) throws IOException {
    SocketChannel channel = net.tcp();
    Socket socket = channel.socket();
    socket.setTcpNoDelay(true);
    assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    assertThat(socket.getKeepAlive()).isTrue();
    socket.setSoLinger(true, 7);
    assertThat(socket.getSoLinger()).isEqualTo(7);
    socket.setSoLinger(false, 0);
    assertThat(socket.getSoLinger()).isEqualTo(-1);
    socket.setReuseAddress(true);
    assertThat(socket.getReuseAddress()).isTrue();
    socket.setReceiveBufferSize(20_000);
    assertThat(socket.getReceiveBufferSize()).isEqualTo(20_000);
    socket.setOOBInline(true);
    assertThat(socket.getOOBInline()).isTrue();
  }

  @Case(
      id = "adaptor.socket.close-read",
      title = "closing the adaptor ends a blocked read: SocketException or ClosedChannelException",
      source = "Socket.close Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeRead(Net net) throws IOException {
    Socket socket = net.pair().client().socket();
    InputStream in = socket.getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    socket.close();
    Expect.thrownAsClosed(reader::join);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.adaptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;

class ServerSocketTest {
  @Case(
      id = "adaptor.server.same",
      title = "socket() returns the same object each time, and it knows its channel",
      source = "ServerSocketChannel.socket Javadoc")
  void same(Net net) throws IOException {
    ServerSocketChannel server = net.server();
    assertThat(server.socket()).isSameAs(server.socket());
    assertThat(server.socket().getChannel()).isSameAs(server);
  }

  @Case(
      id = "adaptor.server.bind",
      title = "bind through the adaptor binds the channel",
      source = "ServerSocket.bind Javadoc")
  void bind(Net net) throws IOException {
    ServerSocketChannel server = net.server();
    ServerSocket socket = server.socket();
    assertThat(socket.isBound()).isFalse();
    assertThat(socket.getLocalPort()).isEqualTo(-1);
    assertThat(socket.getInetAddress()).isNull();
    socket.bind(net.anyPort(), 10);
    assertThat(socket.isBound()).isTrue();
    assertThat(socket.getLocalPort()).isEqualTo(Net.port(server));
    assertThat(socket.getInetAddress()).isEqualTo(net.loopback());
    assertThat(socket.getLocalSocketAddress()).isEqualTo(local(server));
  }

  @Case(
      id = "adaptor.server.accept",
      title = "accept returns a socket that has a channel",
      source = "ServerSocket.accept Javadoc, JAVA.md",
      on = {PLATFORM, VIRTUAL})
  void accept(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.connect(local(server));
    Socket accepted = net.track(server.socket().accept());
    assertThat(accepted.getChannel()).isNotNull();
    assertThat(accepted.getRemoteSocketAddress()).isEqualTo(local(client));
    accepted.getOutputStream().write('x');
    Expect.read(client, "x");
  }

  @Case(
      id = "adaptor.server.accept-timeout",
      title = "with SO_TIMEOUT accept gives up: SocketTimeoutException, and can be tried again",
      source = "ServerSocket.setSoTimeout Javadoc",
      on = {PLATFORM, VIRTUAL})
  void acceptTimeout(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    server.socket().setSoTimeout(20);
    Expect.thrown(SocketTimeoutException.class, "Accept timed out", server.socket()::accept);
    server.socket().setSoTimeout(20_000);
    net.connect(local(server));
    assertThat(net.track(server.socket().accept()).isConnected()).isTrue();
  }

  @Case(
      id = "adaptor.server.close-accept",
      title = "closing ends a blocked accept: SocketException or ClosedChannelException",
      source = "ServerSocket.close Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeAccept(Net net) throws IOException {
    ServerSocket socket = net.listen().socket();
    Task<Socket> acceptor = net.start(socket::accept);
    acceptor.awaitBlocked();
    socket.close();
    Expect.thrownAsClosed(acceptor::join);
  }

  @Case(
      id = "adaptor.server.blocking-mode",
      title = "accept on a non-blocking channel's adaptor: IllegalBlockingModeException",
      source = "ServerSocket.accept Javadoc")
  void blockingMode(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    server.configureBlocking(false);
    Expect.thrown(IllegalBlockingModeException.class, server.socket()::accept);
    net.connect(local(server));
  }

  @Case(
      id = "adaptor.server.errors",
      title = "binding twice, in use, closed: each its own exception",
      source = "ServerSocket Javadoc")
  void errors(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    InetSocketAddress taken = local(server);
    Expect.thrown(SocketException.class, "Already bound", () -> server.socket().bind(taken));
    ServerSocket other = net.server().socket();
    Expect.thrown(BindException.class, "Address already in use", () -> other.bind(taken));
    other.close();
    Expect.thrownAsClosed(() -> other.bind(net.anyPort()));
    Expect.thrownAsClosed(other::accept);
  }

  @Case(
      id = "adaptor.server.options",
      title = "SO_REUSEADDR and SO_RCVBUF through the adaptor are the channel's",
      source = "ServerSocket Javadoc")
  void options(Net net) throws IOException {
    ServerSocketChannel server = net.server();
    server.socket().setReceiveBufferSize(20_000);
    assertThat(server.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(20_000);
    server.socket().setReuseAddress(false);
    assertThat(server.getOption(StandardSocketOptions.SO_REUSEADDR)).isFalse();
    assertThat(server.socket().getReuseAddress()).isFalse();
  }
}

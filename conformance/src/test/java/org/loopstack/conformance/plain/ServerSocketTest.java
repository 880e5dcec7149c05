// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;

class ServerSocketTest {
  @Case(
      id = "plain.server.fresh",
      title = "a new server socket is not bound and has no channel",
      source = "ServerSocket Javadoc",
      over = {IPV4, IPV6})
  void fresh(Net net) throws IOException {
    ServerSocket server = net.serverSocket();
    assertThat(server.isBound()).isFalse();
    assertThat(server.isClosed()).isFalse();
    assertThat(server.getLocalPort()).isEqualTo(-1);
    assertThat(server.getInetAddress()).isNull();
    assertThat(server.getLocalSocketAddress()).isNull();
    assertThat(server.getChannel()).isNull();
    assertThat(server).hasToString("ServerSocket[unbound]");
  }

  @Case(
      id = "plain.server.bind",
      title = "a bound server socket knows its address, and keeps it when closed",
      source = "ServerSocket.bind Javadoc",
      over = {IPV4, IPV6})
  void bind(Net net) throws IOException {
    ServerSocket server = net.listeningSocket();
    assertThat(server.isBound()).isTrue();
    assertThat(server.getLocalPort()).isPositive();
    assertThat(server.getInetAddress()).isEqualTo(net.loopback());
    assertThat(server.getLocalSocketAddress()).isEqualTo(net.loopback(server.getLocalPort()));
    server.close();
    assertThat(server.isClosed()).isTrue();
    assertThat(server.isBound()).isTrue();
    assertThat(server.getInetAddress()).isEqualTo(net.loopback());
  }

  @Case(
      id = "plain.server.wildcard",
      title = "a server socket of any address answers on the loopback",
      source = "ServerSocket.bind Javadoc",
      over = {IPV4, IPV6})
  void wildcard(Net net) throws IOException {
    ServerSocket server = net.serverSocket();
    server.bind(null);
    assertThat(server.getInetAddress().isAnyLocalAddress()).isTrue();
    Socket client = net.socketTo(net.loopback(server.getLocalPort()));
    assertThat(net.track(server.accept()).getInetAddress()).isEqualTo(net.loopback());
    assertThat(client.getPort()).isEqualTo(server.getLocalPort());
  }

  @Case(
      id = "plain.server.bind-errors",
      title =
          "binding twice, to a port that is taken, to a foreign address, to a name: the known"
              + " texts",
      source = "ServerSocket.bind Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void bindErrors(Net net) throws IOException {
    ServerSocket bound = net.listeningSocket();
    Expect.thrown(SocketException.class, "Already bound", () -> bound.bind(net.anyPort()));
    ServerSocket other = net.serverSocket();
    Expect.thrown(
        BindException.class,
        "Address already in use",
        () -> other.bind(bound.getLocalSocketAddress()));
    Expect.thrown(
        BindException.class,
        "Cannot assign requested address",
        () -> net.serverSocket().bind(Net.at("198.51.100.77", 0)));
    Expect.thrown(
        SocketException.class,
        "Unresolved address",
        () ->
            net.serverSocket().bind(InetSocketAddress.createUnresolved("unresolved.invalid", 80)));
    Expect.thrown(
        IllegalArgumentException.class,
        "Unsupported address type",
        () -> net.serverSocket().bind(new SocketAddress() {}));
  }

  @Case(
      id = "plain.server.accept",
      title = "accept returns the other end of a connection",
      source = "ServerSocket.accept Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void accept(Net net) throws Exception {
    ServerSocket server = net.listeningSocket();
    Task<Socket> acceptor = net.start(server::accept);
    acceptor.awaitBlocked();
    Socket client = net.socketTo(server.getLocalSocketAddress());
    Socket accepted = net.track(acceptor.join());
    assertThat(accepted.getRemoteSocketAddress()).isEqualTo(client.getLocalSocketAddress());
    assertThat(accepted.getLocalSocketAddress()).isEqualTo(server.getLocalSocketAddress());
    assertThat(accepted.isConnected()).isTrue();
    assertThat(accepted.isBound()).isTrue();
    assertThat(accepted.getChannel()).isNull();
    assertThat(accepted.getSoTimeout()).isZero();
  }

  @Case(
      id = "plain.server.accept-timeout",
      title = "with SO_TIMEOUT accept gives up: SocketTimeoutException, and can be tried again",
      source = "ServerSocket.setSoTimeout Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void acceptTimeout(Net net) throws IOException {
    ServerSocket server = net.listeningSocket();
    server.setSoTimeout(20);
    Expect.thrown(SocketTimeoutException.class, "Accept timed out", server::accept);
    Socket client = net.socketTo(server.getLocalSocketAddress());
    server.setSoTimeout(20_000);
    assertThat(net.track(server.accept()).getPort()).isEqualTo(client.getLocalPort());
  }

  @Case(
      id = "plain.server.close-accept",
      title = "closing ends a blocked accept: SocketException, \"Socket closed\"",
      source = "ServerSocket.close Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void closeAccept(Net net) throws IOException {
    ServerSocket server = net.listeningSocket();
    Task<Socket> acceptor = net.start(server::accept);
    acceptor.awaitBlocked();
    server.close();
    Expect.thrown(SocketException.class, "Socket closed", acceptor::join);
  }

  @Case(
      id = "plain.server.interrupt",
      title =
          "an interrupt closes the server socket of a virtual thread, and leaves that of a platform"
              + " thread alone",
      source = "ServerSocket.accept Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void interrupt(Net net) throws Exception {
    ServerSocket server = net.listeningSocket();
    Task<Socket> acceptor = net.start(server::accept);
    acceptor.awaitBlocked();
    acceptor.thread().interrupt();
    if (acceptor.thread().isVirtual()) {
      Expect.thrown(SocketException.class, "Closed by interrupt", acceptor::join);
      assertThat(server.isClosed()).isTrue();
    } else {
      net.socketTo(server.getLocalSocketAddress());
      assertThat(net.track(acceptor.join()).isConnected()).isTrue();
      assertThat(server.isClosed()).isFalse();
    }
  }

  @Case(
      id = "plain.server.errors",
      title = "accept of a server socket that is closed or not bound: the known texts",
      source = "ServerSocket.accept Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void errors(Net net) throws IOException {
    ServerSocket server = net.serverSocket();
    Expect.thrown(SocketException.class, "Socket is not bound yet", server::accept);
    server.close();
    server.close();
    Expect.thrown(SocketException.class, "Socket is closed", server::accept);
    Expect.thrown(SocketException.class, "Socket is closed", () -> server.bind(net.anyPort()));
    Expect.thrown(SocketException.class, "Socket is closed", server::getSoTimeout);
  }

  @Case(
      id = "plain.server.close-refuses",
      title = "after close the port refuses, and can be bound again",
      source = "ServerSocket.close Javadoc",
      over = {IPV4, IPV6})
  void closeRefuses(Net net) throws IOException {
    ServerSocket server = net.listeningSocket();
    SocketAddress address = server.getLocalSocketAddress();
    server.close();
    Expect.thrown(ConnectException.class, "Connection refused", () -> net.socketTo(address));
    ServerSocket again = net.serverSocket();
    again.bind(address);
    assertThat(again.getLocalSocketAddress()).isEqualTo(address);
  }

  @Case(
      id = "plain.server.two-acceptors",
      title = "two threads that accept get a connection each",
      source = "ServerSocket.accept Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void twoAcceptors(Net net) throws Exception {
    ServerSocket server = net.listeningSocket();
    Task<Socket> one = net.start(server::accept);
    Task<Socket> two = net.start(server::accept);
    Socket first = net.socketTo(server.getLocalSocketAddress());
    Socket second = net.socketTo(server.getLocalSocketAddress());
    assertThat(List.of(net.track(one.join()).getPort(), net.track(two.join()).getPort()))
        .containsExactlyInAnyOrder(first.getLocalPort(), second.getLocalPort());
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class FactoryTest {
  @Case(
      id = "plain.factory.unconnected",
      title = "createSocket() and createServerSocket() open nothing yet",
      source = "SocketFactory.createSocket Javadoc",
      over = {IPV4, IPV6})
  void unconnected(Net net) throws IOException {
    assertThat(net.track(net.sockets().createSocket()).isConnected()).isFalse();
    assertThat(net.track(net.serverSockets().createServerSocket()).isBound()).isFalse();
  }

  @Case(
      id = "plain.factory.connected",
      title = "createSocket(address, port) connects",
      source = "SocketFactory.createSocket Javadoc",
      over = {IPV4, IPV6})
  void connected(Net net) throws IOException {
    ServerSocket server = net.listeningSocket();
    int port = server.getLocalPort();
    Socket byAddress = net.track(net.sockets().createSocket(net.loopback(), port));
    assertThat(byAddress.getRemoteSocketAddress()).isEqualTo(server.getLocalSocketAddress());
    Socket byLiteral = net.track(net.sockets().createSocket(net.loopback().getHostAddress(), port));
    assertThat(byLiteral.getInetAddress()).isEqualTo(net.loopback());
  }

  @Case(
      id = "plain.factory.local",
      title = "createSocket with a local address connects from there",
      source = "SocketFactory.createSocket Javadoc",
      over = {IPV4, IPV6})
  void localAddress(Net net) throws IOException {
    ServerSocket server = net.listeningSocket();
    int port = server.getLocalPort();
    Socket free = net.socket();
    free.bind(net.anyPort());
    int chosen = free.getLocalPort();
    free.close();
    Socket socket =
        net.track(net.sockets().createSocket(net.loopback(), port, net.loopback(), chosen));
    assertThat(socket.getLocalSocketAddress()).isEqualTo(net.loopback(chosen));
    Socket any = net.track(net.sockets().createSocket(net.loopback(), port, null, 0));
    assertThat(any.getLocalAddress()).isEqualTo(net.loopback());
  }

  @Case(
      id = "plain.factory.localhost",
      title = "createSocket(\"localhost\", port) connects to a loopback address",
      source = "RFC 6761 section 6.3",
      over = {IPV4, IPV6})
  void localhost(Net net) throws IOException {
    ServerSocket server = net.serverSocket();
    server.bind(null);
    int port = server.getLocalPort();
    Socket socket = net.track(net.sockets().createSocket("localhost", port));
    assertThat(socket.getInetAddress().isLoopbackAddress()).isTrue();
    Socket nameless = net.track(net.sockets().createSocket((String) null, port));
    assertThat(nameless.getInetAddress().isLoopbackAddress()).isTrue();
  }

  @Case(
      id = "plain.factory.errors",
      title = "what cannot be connected or bound throws what the socket itself would",
      source = "SocketFactory.createSocket Javadoc",
      over = {IPV4, IPV6})
  void errors(Net net) throws IOException {
    InetSocketAddress nobody = net.refusingPort();
    Expect.thrown(
        ConnectException.class,
        "Connection refused",
        () -> net.sockets().createSocket(nobody.getAddress(), nobody.getPort()));
    Expect.thrown(
        IllegalArgumentException.class, () -> net.sockets().createSocket(net.loopback(), 65_536));
    Expect.thrown(IllegalArgumentException.class, () -> net.serverSockets().createServerSocket(-1));
    Expect.thrown(
        UnknownHostException.class, () -> net.sockets().createSocket("no-such-name.invalid", 80));
    ServerSocket server = net.listeningSocket();
    Expect.thrown(
        BindException.class,
        "Address already in use",
        () -> net.serverSockets().createServerSocket(server.getLocalPort(), 1, net.loopback()));
  }

  @Case(
      id = "plain.factory.server",
      title = "createServerSocket binds to the port, with the backlog, on the address",
      source = "ServerSocketFactory.createServerSocket Javadoc",
      over = {IPV4, IPV6})
  void server(Net net) throws IOException {
    ServerSocket any = net.track(net.serverSockets().createServerSocket(0));
    assertThat(any.getInetAddress().isAnyLocalAddress()).isTrue();
    ServerSocket backlog = net.track(net.serverSockets().createServerSocket(0, 1));
    assertThat(backlog.getLocalPort()).isPositive();
    ServerSocket one = net.track(net.serverSockets().createServerSocket(0, 1, net.loopback()));
    assertThat(one.getInetAddress()).isEqualTo(net.loopback());
    net.socketTo(one.getLocalSocketAddress());
    net.socketTo(one.getLocalSocketAddress());
    Socket third = net.socket();
    Expect.thrown(
        SocketTimeoutException.class, () -> third.connect(one.getLocalSocketAddress(), 30));
  }
}

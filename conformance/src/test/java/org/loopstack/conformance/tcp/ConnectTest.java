// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Family.MAPPED;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.ip;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class ConnectTest {
  @Case(
      id = "tcp.connect.refused",
      title = "a port without a listener refuses: ConnectException, \"Connection refused\"",
      source = "FACTS 39; RFC 9293 3.10.7.1",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void refused(Net net) throws IOException {
    SocketChannel client = net.tcp();
    InetSocketAddress closed = net.refusingPort();
    Expect.thrown(ConnectException.class, "Connection refused", () -> client.connect(closed));
  }

  @Case(
      id = "tcp.connect.refused-closes",
      title = "a channel whose connect was refused is closed",
      source = "SocketChannel.connect Javadoc")
  void refusedCloses(Net net) throws IOException {
    SocketChannel client = net.tcp();
    InetSocketAddress closed = net.refusingPort();
    Expect.thrown(ConnectException.class, () -> client.connect(closed));
    assertThat(client.isOpen()).isFalse();
  }

  @Case(
      id = "tcp.connect.refused-non-blocking",
      title = "a refused non-blocking connect selects as connectable and throws in finishConnect",
      source = "FACTS 39; SocketChannel.finishConnect Javadoc")
  void refusedNonBlocking(Net net) throws IOException {
    SocketChannel client = net.tcp();
    client.configureBlocking(false);
    Selector selector = net.selector();
    InetSocketAddress closed = net.refusingPort();
    assertThat(client.connect(closed)).isFalse();
    SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
    Wait.ready(selector, key, SelectionKey.OP_CONNECT);
    Expect.thrown(ConnectException.class, "Connection refused", client::finishConnect);
    assertThat(client.isOpen()).isFalse();
  }

  @Case(
      id = "tcp.connect.addresses",
      title = "both ends agree on the two addresses of a connection",
      source = "FACTS 30; SocketChannel.getLocalAddress Javadoc")
  void addresses(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    Pair pair = net.pair(server);
    assertThat(pair.client().getRemoteAddress()).isEqualTo(server.getLocalAddress());
    assertThat(pair.server().getLocalAddress()).isEqualTo(server.getLocalAddress());
    assertThat(pair.server().getRemoteAddress()).isEqualTo(pair.client().getLocalAddress());
    assertThat(local(pair.client()).getAddress()).isEqualTo(net.loopback());
  }

  @Case(
      id = "tcp.connect.wildcard-means-loopback",
      title = "connecting to 0.0.0.0 or :: means 127.0.0.1 or ::1",
      source = "FACTS 8, 21; RFC 4291 2.5.2")
  void wildcard(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.connect(net.wildcard(port(server)));
    assertThat(local(client).getAddress()).isEqualTo(net.loopback());
    assertThat(net.accept(server).getRemoteAddress()).isEqualTo(client.getLocalAddress());
  }

  @Case(
      id = "tcp.connect.any-127",
      title = "a listener on 127.5.6.7 is reached, from the source 127.0.0.1",
      source = "FACTS 2, 30",
      over = {IPV4, MAPPED})
  void any127(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(at("127.5.6.7", 0));
    SocketChannel client = net.connect(local(server));
    assertThat(local(client).getAddress()).isEqualTo(ip("127.0.0.1"));
    assertThat(local(net.accept(server)).getAddress()).isEqualTo(ip("127.5.6.7"));
  }

  @Case(
      id = "tcp.connect.last-127",
      title = "127.255.255.254 loops back",
      source = "FACTS 2; RFC 1122 3.2.1.3(g)",
      over = {IPV4, MAPPED})
  void last127(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(at("127.255.255.254", 0));
    Pair pair = net.pair(server);
    Expect.write(pair.client(), "ping");
    Expect.read(pair.server(), "ping");
  }

  @Case(
      id = "tcp.connect.bound-source",
      title = "a client bound to 127.9.8.7 connects from 127.9.8.7",
      source = "FACTS 2; RFC 1122 4.2.3.7",
      over = {IPV4, MAPPED})
  void boundSource(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.tcp().bind(at("127.9.8.7", 0));
    client.connect(local(server));
    assertThat(local(net.accept(server))).isEqualTo(local(server));
    assertThat(local(client).getAddress()).isEqualTo(ip("127.9.8.7"));
  }

  @Case(
      id = "tcp.connect.bound-source-port",
      title = "a client bound to a port connects from that port",
      source = "SocketChannel.bind Javadoc")
  void boundSourcePort(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.tcp().bind(net.anyPort());
    InetSocketAddress bound = local(client);
    client.connect(local(server));
    assertThat(client.getLocalAddress()).isEqualTo(bound);
    assertThat(net.accept(server).getRemoteAddress()).isEqualTo(bound);
  }

  @Case(
      id = "tcp.connect.bound-wildcard",
      title = "a client bound to the wildcard gets the loopback address when it connects",
      source = "FACTS 30; SocketChannel.connect Javadoc")
  void boundWildcard(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.tcp().bind(net.wildcard(0));
    client.connect(local(server));
    assertThat(local(client).getAddress()).isEqualTo(net.loopback());
  }

  @Case(
      id = "tcp.connect.self",
      title = "a socket connected to its own address is established and reads what it writes",
      source = "FACTS 38; RFC 9293 MUST-10")
  void self(Net net) throws IOException {
    SocketChannel channel = net.tcp().bind(net.anyPort());
    assertThat(channel.connect(local(channel))).isTrue();
    assertThat(channel.getRemoteAddress()).isEqualTo(channel.getLocalAddress());
    Expect.write(channel, "to myself");
    Expect.read(channel, "to myself");
  }

  @Case(
      id = "tcp.connect.self-shutdown",
      title = "a self-connected socket reads the end of the stream after shutting down its output",
      source = "FACTS 38; RFC 9293 3.6")
  void selfShutdown(Net net) throws IOException {
    SocketChannel channel = net.tcp().bind(net.anyPort());
    channel.connect(local(channel));
    Expect.write(channel, "last");
    channel.shutdownOutput();
    Expect.read(channel, "last");
    Expect.endOfStream(channel);
  }

  @Case(
      id = "tcp.connect.broadcast",
      title = "connecting to 127.255.255.255 fails: SocketException, \"Network is unreachable\"",
      source = "FACTS 36; RFC 9293 MUST-46",
      over = {IPV4, MAPPED})
  void broadcast(Net net) throws IOException {
    SocketChannel client = net.tcp();
    Expect.thrown(
        SocketException.class,
        "Network is unreachable",
        () -> client.connect(at("127.255.255.255", 9)));
  }

  @Case(
      id = "tcp.connect.ipv6-multicast",
      title = "connecting to ff01::1 fails: SocketException, \"Network is unreachable\"",
      source = "FACTS 28, 36; RFC 9293 MUST-57",
      over = {IPV6})
  void ipv6Multicast(Net net) throws IOException {
    SocketChannel client = net.tcp();
    Expect.thrown(
        SocketException.class, "Network is unreachable", () -> client.connect(at("ff01::1", 9)));
  }

  @Case(
      id = "tcp.connect.contained",
      title = "a socket bound to 127.0.0.1 cannot connect off the loopback: \"Invalid argument\"",
      source = "FACTS 1; RFC 1122 3.2.1.3(g)",
      over = {IPV4, MAPPED})
  void contained(Net net) throws IOException {
    InetSocketAddress elsewhere = net.elsewhere();
    SocketChannel client = net.tcp().bind(net.anyPort());
    Expect.thrown(SocketException.class, "Invalid argument", () -> client.connect(elsewhere));
  }

  @Case(
      id = "tcp.connect.non-blocking",
      title = "a non-blocking connect to a listener completes in finishConnect",
      source = "SocketChannel.finishConnect Javadoc")
  void nonBlocking(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.tcp();
    client.configureBlocking(false);
    if (!client.connect(local(server))) {
      Wait.until("the connection is established", client::finishConnect);
    }
    assertThat(client.isConnected()).isTrue();
    assertThat(client.isConnectionPending()).isFalse();
    assertThat(net.accept(server).getRemoteAddress()).isEqualTo(client.getLocalAddress());
  }

  @Case(
      id = "tcp.connect.two-listeners",
      title = "the same port on two addresses is two listeners",
      source = "FACTS, Sockets on Linux",
      over = {IPV4, MAPPED})
  void twoListeners(Net net) throws IOException {
    ServerSocketChannel one = net.listen();
    ServerSocketChannel two = net.server().bind(at("127.0.0.2", port(one)));
    SocketChannel toTwo = net.connect(local(two));
    SocketChannel toOne = net.connect(local(one));
    assertThat(net.accept(one).getRemoteAddress()).isEqualTo(toOne.getLocalAddress());
    assertThat(net.accept(two).getRemoteAddress()).isEqualTo(toTwo.getLocalAddress());
  }

  @Case(
      id = "tcp.connect.other-address-refused",
      title = "a listener on 127.0.0.1 refuses 127.0.0.2",
      source = "FACTS, Sockets on Linux",
      over = {IPV4, MAPPED})
  void otherAddressRefused(Net net) throws IOException {
    int port = port(net.listen());
    SocketChannel client = net.tcp();
    Expect.thrown(
        ConnectException.class, "Connection refused", () -> client.connect(at("127.0.0.2", port)));
  }

  @Case(
      id = "tcp.connect.register-connected",
      title = "a connected channel is writable and not connectable",
      source = "SelectionKey.OP_CONNECT Javadoc")
  void connectedReadiness(Net net) throws IOException {
    Pair pair = net.pair();
    Selector selector = net.selector();
    SelectionKey key = register(pair.client(), selector, SelectionKey.OP_WRITE);
    Wait.ready(selector, key, SelectionKey.OP_WRITE);
    assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_WRITE);
  }
}

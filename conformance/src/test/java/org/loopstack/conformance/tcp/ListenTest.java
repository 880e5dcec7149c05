// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.ip;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class ListenTest {
  @Case(
      id = "tcp.listen.backlog",
      title = "with a backlog of 1 two connects succeed and the third hangs",
      source = "FACTS, Sockets on Linux")
  void backlog(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    SocketChannel third = net.tcp();
    third.configureBlocking(false);
    Selector selector = net.selector();
    third.register(selector, SelectionKey.OP_CONNECT);
    assertThat(third.connect(local(server))).isFalse();
    Wait.quiet(selector);
    assertThat(third.finishConnect()).isFalse();
  }

  @Case(
      id = "tcp.listen.backlog-resumes",
      title = "a connect that a full backlog held up is established after an accept",
      source = "FACTS, Sockets on Linux; RFC 6298 2.1")
  void backlogResumes(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    SocketChannel third = net.tcp();
    third.configureBlocking(false);
    assertThat(third.connect(local(server))).isFalse();
    net.accept(server);
    net.accept(server);
    Wait.until("the SYN is sent again", third::finishConnect);
    assertThat(net.accept(server).getRemoteAddress()).isEqualTo(third.getLocalAddress());
  }

  @Case(
      id = "tcp.listen.accept-blocks",
      title = "a blocked accept returns the next connection",
      source = "ServerSocketChannel.accept Javadoc",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void acceptBlocks(Net net) throws Exception {
    ServerSocketChannel server = net.listen();
    Task<SocketChannel> acceptor = net.start(() -> net.accept(server));
    acceptor.awaitBlocked();
    SocketChannel client = net.connect(local(server));
    assertThat(acceptor.join().getRemoteAddress()).isEqualTo(client.getLocalAddress());
  }

  @Case(
      id = "tcp.listen.accept-none",
      title = "a non-blocking accept with nobody there returns null",
      source = "ServerSocketChannel.accept Javadoc")
  void acceptNone(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    server.configureBlocking(false);
    assertThat(server.accept()).isNull();
  }

  @Case(
      id = "tcp.listen.accepted-blocking",
      title = "an accepted channel is blocking, also from a non-blocking listener",
      source = "ServerSocketChannel.accept Javadoc")
  void acceptedBlocking(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    Selector selector = net.selector();
    SelectionKey key = register(server, selector, SelectionKey.OP_ACCEPT);
    net.connect(local(server));
    Wait.ready(selector, key, SelectionKey.OP_ACCEPT);
    SocketChannel accepted = net.accept(server);
    assertThat(accepted.isBlocking()).isTrue();
    assertThat(accepted.isConnected()).isTrue();
    assertThat(accepted.isOpen()).isTrue();
  }

  @Case(
      id = "tcp.listen.accept-reset",
      title = "a connection reset before accept is accepted and then reads \"Connection reset\"",
      source = "seen on Linux 6.18")
  void acceptReset(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.connect(local(server));
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
    SocketChannel accepted = net.accept(server);
    Expect.thrown(
        SocketException.class, "Connection reset", () -> accepted.read(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "tcp.listen.wildcard",
      title = "a listener on the wildcard is reached on the loopback address",
      source = "FACTS 29; RFC 9293 3.10.1")
  void wildcard(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.wildcard(0));
    SocketChannel client = net.connect(net.loopback(port(server)));
    SocketChannel accepted = net.accept(server);
    assertThat(accepted.getLocalAddress()).isEqualTo(client.getRemoteAddress());
  }

  @Case(
      id = "tcp.listen.dual-stack",
      title = "a listener on [::] accepts an IPv4 client, which Java shows as 127.0.0.1",
      source = "FACTS 29; RFC 3493 3.7",
      over = {IPV6})
  void dualStack(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(at("::", 0));
    SocketChannel client = net.connect(at("127.0.0.1", port(server)));
    SocketChannel accepted = net.accept(server);
    assertThat(local(accepted).getAddress()).isEqualTo(ip("127.0.0.1"));
    assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
  }

  @Case(
      id = "tcp.listen.ipv6-only-loopback",
      title = "a listener on ::1 refuses 127.0.0.1",
      source = "RFC 3493 3.7",
      over = {IPV6})
  void ipv6Loopback(Net net) throws IOException {
    int port = port(net.listen());
    SocketChannel client = net.tcp();
    Expect.thrown(ConnectException.class, () -> client.connect(at("127.0.0.1", port)));
  }

  @Case(
      id = "tcp.listen.null-address",
      title = "bind(null) listens on the wildcard with a port of the system's choice",
      source = "ServerSocketChannel.bind Javadoc")
  void nullAddress(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(null);
    assertThat(local(server).getAddress().isAnyLocalAddress()).isTrue();
    assertThat(port(server)).isPositive();
  }

  @Case(
      id = "tcp.listen.closed-refuses",
      title = "a closed listener refuses, and its port can be listened on again at once",
      source = "RFC 9293 3.10.4")
  void closedRefuses(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    InetSocketAddress address = local(server);
    server.close();
    SocketChannel client = net.tcp();
    Expect.thrown(ConnectException.class, () -> client.connect(address));
    assertThat(net.server().bind(address).getLocalAddress()).isEqualTo(address);
  }

  @Case(
      id = "tcp.listen.time-wait",
      title = "a port whose connections are in TIME-WAIT can be listened on again",
      source = "FACTS, Sockets on Linux; RFC 9293 3.6.1")
  void timeWait(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    InetSocketAddress address = local(server);
    closeServerFirst(net.pair(server));
    server.close();
    assertThat(net.server().bind(address).getLocalAddress()).isEqualTo(address);
  }

  /** Leaves the server's end in TIME-WAIT. */
  private static void closeServerFirst(Pair pair) throws IOException {
    pair.server().close();
    Expect.endOfStream(pair.client());
    pair.client().close();
  }

  @Case(
      id = "tcp.listen.time-wait-no-reuse",
      title = "without SO_REUSEADDR a port in TIME-WAIT is \"Address already in use\"",
      source = "FACTS, Sockets on Linux; RFC 9293 3.6.1")
  void timeWaitWithoutReuse(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    InetSocketAddress address = local(server);
    closeServerFirst(net.pair(server));
    server.close();
    ServerSocketChannel next = net.server();
    next.setOption(StandardSocketOptions.SO_REUSEADDR, false);
    Expect.thrown(BindException.class, "Address already in use", () -> next.bind(address));
  }

  @Case(
      id = "tcp.listen.reuse-port",
      title = "listeners with SO_REUSEPORT share a port, and each gets some of 64 connections",
      source = "FACTS, Sockets on Linux")
  void reusePort(Net net) throws IOException {
    ServerSocketChannel one = net.server().setOption(StandardSocketOptions.SO_REUSEPORT, true);
    one.bind(net.anyPort(), 100);
    ServerSocketChannel two = net.server().setOption(StandardSocketOptions.SO_REUSEPORT, true);
    two.bind(local(one), 100);
    for (int i = 0; i < 64; i++) {
      net.connect(local(one));
    }
    int[] counts = new int[2];
    Wait.until(
        "all have arrived",
        () -> {
          counts[0] += drain(net, one);
          counts[1] += drain(net, two);
          return counts[0] + counts[1] == 64;
        });
    assertThat(counts).doesNotContain(0);
  }

  private static int drain(Net net, ServerSocketChannel server) throws IOException {
    server.configureBlocking(false);
    int count = 0;
    for (SocketChannel next = server.accept(); next != null; next = server.accept()) {
      net.track(next);
      count++;
    }
    return count;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Family.MAPPED;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.ip;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;

class ExchangeTest {
  @Case(
      id = "udp.exchange.round-trip",
      title = "a datagram arrives with its sender's address, and so does the answer",
      source = "RFC 768; DatagramChannel.receive Javadoc")
  void roundTrip(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.boundUdp();
    assertThat(client.send(Expect.ascii("ping"), server.getLocalAddress())).isEqualTo(4);
    ByteBuffer buffer = ByteBuffer.allocate(10);
    InetSocketAddress sender = (InetSocketAddress) server.receive(buffer);
    assertThat(sender).isEqualTo(client.getLocalAddress());
    assertThat(Expect.text(buffer)).isEqualTo("ping");
    server.send(Expect.ascii("pong"), sender);
    assertThat(client.receive(buffer.clear())).isEqualTo(server.getLocalAddress());
    assertThat(Expect.text(buffer)).isEqualTo("pong");
  }

  @Case(
      id = "udp.exchange.implicit-bind",
      title = "sending binds an unbound channel to the wildcard and an ephemeral port",
      source = "DatagramChannel.send Javadoc")
  void implicitBind(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udp();
    client.send(Expect.ascii("x"), server.getLocalAddress());
    assertThat(local(client).getAddress().isAnyLocalAddress()).isTrue();
    InetSocketAddress sender = (InetSocketAddress) server.receive(ByteBuffer.allocate(1));
    assertThat(sender).isEqualTo(net.loopback(port(client)));
  }

  @Case(
      id = "udp.exchange.wildcard-means-loopback",
      title = "a datagram to 0.0.0.0 or :: goes to 127.0.0.1 or ::1",
      source = "FACTS 8, 21")
  void toWildcard(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udp();
    client.send(Expect.ascii("x"), net.wildcard(port(server)));
    InetSocketAddress sender = (InetSocketAddress) server.receive(ByteBuffer.allocate(1));
    assertThat(sender.getAddress()).isEqualTo(net.loopback());
  }

  @Case(
      id = "udp.exchange.any-127",
      title = "a datagram to 127.5.6.7 comes from 127.0.0.1",
      source = "FACTS 2, 30; RFC 1122 3.2.1.3(g)",
      over = {IPV4, MAPPED})
  void any127(Net net) throws IOException {
    DatagramChannel server = net.udp().bind(at("127.5.6.7", 0));
    net.udp().send(Expect.ascii("x"), server.getLocalAddress());
    InetSocketAddress sender = (InetSocketAddress) server.receive(ByteBuffer.allocate(1));
    assertThat(sender.getAddress()).isEqualTo(ip("127.0.0.1"));
  }

  @Case(
      id = "udp.exchange.answer-from-127",
      title = "an answer from 127.255.255.254 comes from 127.255.255.254",
      source = "FACTS 2; RFC 1122 4.1.3.5",
      over = {IPV4, MAPPED})
  void answerFrom(Net net) throws IOException {
    DatagramChannel server = net.udp().bind(at("127.255.255.254", 0));
    DatagramChannel client = net.boundUdp();
    server.send(Expect.ascii("x"), client.getLocalAddress());
    assertThat(client.receive(ByteBuffer.allocate(1))).isEqualTo(server.getLocalAddress());
  }

  @Case(
      id = "udp.exchange.contained",
      title = "a channel bound to 127.0.0.1 cannot send off the loopback: \"Invalid argument\"",
      source = "FACTS 1; RFC 1122 3.2.1.3(g)",
      over = {IPV4, MAPPED})
  void contained(Net net) throws IOException {
    InetSocketAddress elsewhere = net.elsewhere();
    DatagramChannel channel = net.boundUdp();
    Expect.thrown(
        SocketException.class,
        "Invalid argument",
        () -> channel.send(Expect.ascii("x"), elsewhere));
  }

  @Case(
      id = "udp.exchange.dual-stack",
      title = "a channel on [::] receives from IPv4, which Java shows as 127.0.0.1, and answers",
      source = "FACTS 29; RFC 3493 3.7",
      over = {IPV6})
  void dualStack(Net net) throws IOException {
    DatagramChannel server = net.udp().bind(at("::", 0));
    DatagramChannel client = net.udp().bind(at("127.0.0.1", 0));
    client.send(Expect.ascii("x"), at("127.0.0.1", port(server)));
    InetSocketAddress sender = (InetSocketAddress) server.receive(ByteBuffer.allocate(1));
    assertThat(sender).isEqualTo(client.getLocalAddress());
    server.send(Expect.ascii("y"), sender);
    assertThat(client.receive(ByteBuffer.allocate(1))).isEqualTo(at("127.0.0.1", port(server)));
  }

  @Case(
      id = "udp.exchange.self",
      title = "a channel receives what it sends to its own address",
      source = "RFC 768; DESIGN, the picture")
  void toSelf(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    channel.send(Expect.ascii("me"), channel.getLocalAddress());
    assertThat(channel.receive(ByteBuffer.allocate(2))).isEqualTo(channel.getLocalAddress());
  }

  @Case(
      id = "udp.exchange.order",
      title = "100 datagrams arrive complete and in order",
      source = "RFC 768; DESIGN, the picture")
  void order(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udp();
    for (int i = 0; i < 100; i++) {
      client.send(Expect.ascii("number %d".formatted(i)), server.getLocalAddress());
    }
    for (int i = 0; i < 100; i++) {
      ByteBuffer buffer = ByteBuffer.allocate(20);
      server.receive(buffer);
      assertThat(Expect.text(buffer)).isEqualTo("number %d".formatted(i));
    }
  }

  @Case(
      id = "udp.exchange.boundaries",
      title = "each receive takes exactly one datagram",
      source = "RFC 768; DatagramChannel.receive Javadoc")
  void boundaries(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udp();
    client.send(Expect.ascii("one"), server.getLocalAddress());
    client.send(Expect.ascii("three"), server.getLocalAddress());
    ByteBuffer buffer = ByteBuffer.allocate(100);
    server.receive(buffer);
    assertThat(Expect.text(buffer)).isEqualTo("one");
    server.receive(buffer.clear());
    assertThat(Expect.text(buffer)).isEqualTo("three");
  }

  @Case(
      id = "udp.exchange.nothing",
      title = "a non-blocking receive with nothing there returns null",
      source = "DatagramChannel.receive Javadoc")
  void nothing(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    server.configureBlocking(false);
    ByteBuffer buffer = ByteBuffer.allocate(9);
    assertThat(server.receive(buffer)).isNull();
    assertThat(buffer.position()).isZero();
  }

  @Case(
      id = "udp.exchange.receive-blocks",
      title = "a blocked receive returns with the next datagram",
      source = "DatagramChannel.receive Javadoc",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void receiveBlocks(Net net) throws Exception {
    DatagramChannel server = net.boundUdp();
    ByteBuffer buffer = ByteBuffer.allocate(10);
    Task<Object> receiver = net.start(() -> server.receive(buffer));
    receiver.awaitBlocked();
    DatagramChannel client = net.boundUdp();
    client.send(Expect.ascii("hello"), server.getLocalAddress());
    assertThat(receiver.join()).isEqualTo(client.getLocalAddress());
    assertThat(Expect.text(buffer)).isEqualTo("hello");
  }

  @Case(
      id = "udp.exchange.closed-while-queued",
      title = "a datagram of a sender that has closed since is received",
      source = "RFC 768")
  void senderClosed(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    try (DatagramChannel client = net.udp()) {
      client.send(Expect.ascii("last words"), server.getLocalAddress());
    }
    ByteBuffer buffer = ByteBuffer.allocate(10);
    server.receive(buffer);
    assertThat(Expect.text(buffer)).isEqualTo("last words");
  }
}

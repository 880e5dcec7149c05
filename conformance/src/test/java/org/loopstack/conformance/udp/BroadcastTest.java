// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.MAPPED;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.ip;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Wait;

class BroadcastTest {
  private static final String BROADCAST = "127.255.255.255";

  @Case(
      id = "udp.broadcast.permission",
      title = "without SO_BROADCAST sending to 127.255.255.255: \"Permission denied\"",
      source = "FACTS 36",
      over = {IPV4, MAPPED})
  void permission(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    Expect.thrown(
        BindException.class,
        "Permission denied",
        () -> channel.send(Expect.ascii("x"), at(BROADCAST, 9)));
  }

  @Case(
      id = "udp.broadcast.connect-permission",
      title = "without SO_BROADCAST connecting to 127.255.255.255: \"Permission denied\"",
      source = "FACTS 36",
      over = {IPV4, MAPPED})
  void connectPermission(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    Expect.thrown(
        BindException.class, "Permission denied", () -> channel.connect(at(BROADCAST, 9)));
  }

  @Case(
      id = "udp.broadcast.received",
      title = "with SO_BROADCAST a channel on the wildcard receives it, from 127.0.0.1",
      source = "FACTS 36; RFC 1122 3.3.6",
      over = {IPV4, MAPPED})
  void received(Net net) throws IOException {
    DatagramChannel receiver = net.udp().bind(net.wildcard(0));
    DatagramChannel sender = broadcaster(net);
    sender.send(Expect.ascii("all"), at(BROADCAST, port(receiver)));
    ByteBuffer buffer = ByteBuffer.allocate(9);
    InetSocketAddress from = (InetSocketAddress) receiver.receive(buffer);
    assertThat(from).isEqualTo(at("127.0.0.1", port(sender)));
    assertThat(Expect.text(buffer)).isEqualTo("all");
  }

  private static DatagramChannel broadcaster(Net net) throws IOException {
    return net.udp().setOption(StandardSocketOptions.SO_BROADCAST, true);
  }

  @Case(
      id = "udp.broadcast.own-copy",
      title = "the sender of a broadcast receives its own copy",
      source = "FACTS 36; DESIGN, the picture",
      over = {IPV4, MAPPED})
  void ownCopy(Net net) throws IOException {
    DatagramChannel channel = broadcaster(net).bind(net.wildcard(0));
    channel.send(Expect.ascii("all"), at(BROADCAST, port(channel)));
    InetSocketAddress from = (InetSocketAddress) channel.receive(ByteBuffer.allocate(9));
    assertThat(from).isEqualTo(at("127.0.0.1", port(channel)));
  }

  @Case(
      id = "udp.broadcast.every-channel",
      title = "every channel that shares the port receives a copy of a broadcast",
      source = "RFC 1122 4.1.3.5; seen on Linux 6.18",
      over = {IPV4, MAPPED})
  void everyChannel(Net net) throws IOException {
    DatagramChannel one = reusable(net).bind(net.wildcard(0));
    DatagramChannel two = reusable(net).bind(net.wildcard(port(one)));
    broadcaster(net).send(Expect.ascii("all"), at(BROADCAST, port(one)));
    assertThat(one.receive(ByteBuffer.allocate(9))).isNotNull();
    assertThat(two.receive(ByteBuffer.allocate(9))).isNotNull();
  }

  private static DatagramChannel reusable(Net net) throws IOException {
    return net.udp().setOption(StandardSocketOptions.SO_REUSEADDR, true);
  }

  @Case(
      id = "udp.broadcast.not-to-specific",
      title = "a channel bound to 127.0.0.1 does not receive a broadcast",
      source = "seen on Linux 6.18",
      over = {IPV4, MAPPED})
  void notToSpecific(Net net) throws IOException {
    DatagramChannel receiver = net.boundUdp();
    broadcaster(net).send(Expect.ascii("all"), at(BROADCAST, port(receiver)));
    receiver.configureBlocking(false);
    Selector selector = net.selector();
    receiver.register(selector, SelectionKey.OP_READ);
    Wait.quiet(selector);
  }

  @Case(
      id = "udp.broadcast.bound-to-it",
      title = "a channel bound to 127.255.255.255 receives the broadcast",
      source = "FACTS, Sockets on Linux (a Java IPv4 channel refuses the bind)",
      over = {MAPPED})
  void boundToIt(Net net) throws IOException {
    DatagramChannel receiver = net.udp().bind(at(BROADCAST, 0));
    broadcaster(net).send(Expect.ascii("all"), local(receiver));
    InetSocketAddress from = (InetSocketAddress) receiver.receive(ByteBuffer.allocate(9));
    assertThat(from.getAddress()).isEqualTo(ip("127.0.0.1"));
  }

  @Case(
      id = "udp.broadcast.no-error",
      title = "a broadcast to a port on which nobody is causes no ICMP error",
      source = "FACTS 15; RFC 1122 3.2.2",
      over = {IPV4, MAPPED})
  void noError(Net net) throws IOException {
    DatagramChannel channel = broadcaster(net).bind(net.anyPort());
    channel.connect(at(BROADCAST, net.closedUdpPort().getPort()));
    channel.write(Expect.ascii("x"));
    channel.configureBlocking(false);
    Selector selector = net.selector();
    channel.register(selector, SelectionKey.OP_READ);
    Wait.quiet(selector);
    assertThat(channel.write(Expect.ascii("x"))).isEqualTo(1);
  }
}

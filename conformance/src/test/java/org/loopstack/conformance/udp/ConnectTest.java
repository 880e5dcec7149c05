// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class ConnectTest {
  @Case(
      id = "udp.connect.port-unreachable",
      title = "a connected channel reads PortUnreachableException after writing to a closed port",
      source = "FACTS 14; RFC 1122 4.1.3.3; DatagramChannel.connect Javadoc")
  void portUnreachable(Net net) throws IOException {
    DatagramChannel client = net.udp().connect(net.closedUdpPort());
    client.write(Expect.ascii("x"));
    Expect.thrown(PortUnreachableException.class, () -> client.read(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "udp.connect.port-unreachable-write",
      title = "the write after one to a closed port: PortUnreachableException, once",
      source = "FACTS 14; RFC 1122 4.1.3.3")
  void portUnreachableOnWrite(Net net) throws IOException {
    DatagramChannel client = net.udp().connect(net.closedUdpPort());
    Selector selector = net.selector();
    SelectionKey key = register(client, selector, SelectionKey.OP_READ);
    client.write(Expect.ascii("x"));
    Wait.ready(selector, key, SelectionKey.OP_READ);
    Expect.thrown(PortUnreachableException.class, () -> client.write(Expect.ascii("y")));
    assertThat(client.write(Expect.ascii("z"))).isEqualTo(1);
  }

  @Case(
      id = "udp.connect.port-unreachable-receive",
      title = "receive on a connected channel: PortUnreachableException",
      source = "FACTS 14; DatagramChannel.receive Javadoc")
  void portUnreachableOnReceive(Net net) throws IOException {
    DatagramChannel client = net.udp().connect(net.closedUdpPort());
    client.write(Expect.ascii("x"));
    Expect.thrown(PortUnreachableException.class, () -> client.receive(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "udp.connect.port-unreachable-wakes",
      title = "an ICMP error wakes a blocked reader",
      source = "FACTS 14; RFC 1122 4.1.3.3",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void portUnreachableWakes(Net net) throws IOException {
    DatagramChannel client = net.udp().connect(net.closedUdpPort());
    Task<Integer> reader = net.start(() -> client.read(ByteBuffer.allocate(1)));
    reader.awaitBlocked();
    client.write(Expect.ascii("x"));
    Expect.thrown(PortUnreachableException.class, reader::join);
  }

  @Case(
      id = "udp.connect.unconnected-not-told",
      title = "an unconnected channel is not told that a port is closed",
      source = "FACTS 14; RFC 1122 4.1.3.3")
  void unconnectedNotTold(Net net) throws IOException {
    DatagramChannel client = net.boundUdp();
    client.configureBlocking(false);
    InetSocketAddress closed = net.closedUdpPort();
    client.send(Expect.ascii("x"), closed);
    client.send(Expect.ascii("y"), closed);
    Selector selector = net.selector();
    client.register(selector, SelectionKey.OP_READ);
    Wait.quiet(selector);
    assertThat(client.receive(ByteBuffer.allocate(1))).isNull();
  }

  @Case(
      id = "udp.connect.addresses",
      title = "connect fixes both addresses: the local one becomes the loopback's",
      source = "FACTS 30; DatagramChannel.connect Javadoc")
  void addresses(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udp();
    assertThat(client.getRemoteAddress()).isNull();
    client.connect(server.getLocalAddress());
    assertThat(client.isConnected()).isTrue();
    assertThat(client.getRemoteAddress()).isEqualTo(server.getLocalAddress());
    assertThat(local(client).getAddress()).isEqualTo(net.loopback());
  }

  @Case(
      id = "udp.connect.filters",
      title = "a connected channel receives from its peer only",
      source = "DatagramChannel.connect Javadoc")
  void filters(Net net) throws IOException {
    DatagramChannel peer = net.boundUdp();
    DatagramChannel stranger = net.boundUdp();
    DatagramChannel channel = net.udpTo(peer);
    stranger.send(Expect.ascii("spam"), channel.getLocalAddress());
    peer.send(Expect.ascii("mail"), channel.getLocalAddress());
    Expect.read(channel, "mail");
  }

  @Case(
      id = "udp.connect.best-match",
      title = "of two channels on one port the connected one gets its peer's datagrams",
      source = "RFC 1122 4.1.3.5; seen on Linux 6.18")
  void bestMatch(Net net) throws IOException {
    DatagramChannel peer = net.boundUdp();
    DatagramChannel stranger = net.boundUdp();
    DatagramChannel open = reusable(net).bind(net.anyPort());
    DatagramChannel connected = reusable(net).bind(local(open)).connect(local(peer));
    peer.send(Expect.ascii("mine"), local(open));
    Expect.read(connected, "mine");
    stranger.send(Expect.ascii("other"), local(open));
    ByteBuffer buffer = ByteBuffer.allocate(9);
    assertThat(open.receive(buffer)).isEqualTo(stranger.getLocalAddress());
  }

  private static DatagramChannel reusable(Net net) throws IOException {
    return net.udp().setOption(StandardSocketOptions.SO_REUSEADDR, true);
  }

  @Case(
      id = "udp.connect.send-elsewhere",
      title = "send on a connected channel to another address: AlreadyConnectedException",
      source = "DatagramChannel.send Javadoc")
  void sendElsewhere(Net net) throws IOException {
    DatagramChannel peer = net.boundUdp();
    DatagramChannel other = net.boundUdp();
    DatagramChannel channel = net.udpTo(peer);
    Expect.thrown(
        AlreadyConnectedException.class,
        () -> channel.send(Expect.ascii("x"), other.getLocalAddress()));
    assertThat(channel.send(Expect.ascii("x"), peer.getLocalAddress())).isEqualTo(1);
  }

  @Case(
      id = "udp.connect.twice",
      title = "connecting a connected channel: AlreadyConnectedException",
      source = "DatagramChannel.connect Javadoc")
  void twice(Net net) throws IOException {
    DatagramChannel peer = net.boundUdp();
    DatagramChannel channel = net.udpTo(peer);
    Expect.thrown(AlreadyConnectedException.class, () -> channel.connect(peer.getLocalAddress()));
  }

  @Case(
      id = "udp.connect.not-connected",
      title = "reading or writing an unconnected channel: NotYetConnectedException",
      source = "DatagramChannel.read, write Javadoc")
  void notConnected(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    ByteBuffer[] several = {ByteBuffer.allocate(1), ByteBuffer.allocate(1)};
    Class<NotYetConnectedException> expected = NotYetConnectedException.class;
    Expect.thrown(expected, () -> channel.read(ByteBuffer.allocate(1)));
    Expect.thrown(expected, () -> channel.read(several));
    Expect.thrown(expected, () -> channel.write(ByteBuffer.allocate(1)));
    Expect.thrown(expected, () -> channel.write(several));
  }

  @Case(
      id = "udp.connect.disconnect",
      title = "after disconnect the channel has no peer, keeps its port and can connect again",
      source = "DatagramChannel.disconnect Javadoc")
  void disconnect(Net net) throws IOException {
    DatagramChannel one = net.boundUdp();
    DatagramChannel two = net.boundUdp();
    DatagramChannel channel = net.boundUdp().connect(one.getLocalAddress());
    int port = port(channel);
    channel.disconnect();
    assertThat(channel.isConnected()).isFalse();
    assertThat(channel.getRemoteAddress()).isNull();
    assertThat(port(channel)).isEqualTo(port);
    channel.connect(two.getLocalAddress());
    assertThat(channel.getRemoteAddress()).isEqualTo(two.getLocalAddress());
  }

  @Case(
      id = "udp.connect.disconnect-unconnected",
      title = "disconnecting a channel that is not connected, or closed, has no effect",
      source = "DatagramChannel.disconnect Javadoc")
  void disconnectUnconnected(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    assertThat(channel.disconnect()).isSameAs(channel);
    channel.close();
    channel.disconnect();
  }

  @Case(
      id = "udp.connect.disconnect-receives",
      title = "after disconnect the channel receives from anybody",
      source = "DatagramChannel.disconnect Javadoc")
  void disconnectReceives(Net net) throws IOException {
    DatagramChannel stranger = net.boundUdp();
    DatagramChannel channel = net.boundUdp().connect(net.boundUdp().getLocalAddress());
    channel.disconnect();
    stranger.send(Expect.ascii("hello"), channel.getLocalAddress());
    assertThat(channel.receive(ByteBuffer.allocate(9))).isEqualTo(stranger.getLocalAddress());
  }

  @Case(
      id = "udp.connect.receive-peer",
      title = "receive on a connected channel returns the peer's address",
      source = "DatagramChannel.receive Javadoc")
  void receivePeer(Net net) throws IOException {
    DatagramChannel peer = net.boundUdp();
    DatagramChannel channel = net.udpTo(peer);
    peer.send(Expect.ascii("x"), channel.getLocalAddress());
    assertThat(channel.receive(ByteBuffer.allocate(1))).isEqualTo(peer.getLocalAddress());
  }

  @Case(
      id = "udp.connect.port-zero",
      title = "connecting to port 0: SocketException, \"Can't connect to port 0\"",
      source = "seen on JDK 25")
  void portZero(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    Expect.thrown(
        SocketException.class, "Can't connect to port 0", () -> channel.connect(net.loopback(0)));
  }
}

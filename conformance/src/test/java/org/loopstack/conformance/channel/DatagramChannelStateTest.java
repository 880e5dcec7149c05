// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class DatagramChannelStateTest {
  @Case(
      id = "channel.datagram.fresh",
      title = "a new datagram channel is open, blocking and not connected",
      source = "DatagramChannel Javadoc")
  void fresh(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    assertThat(channel.isOpen()).isTrue();
    assertThat(channel.isBlocking()).isTrue();
    assertThat(channel.isConnected()).isFalse();
    assertThat(channel.getRemoteAddress()).isNull();
  }

  @Case(
      id = "channel.datagram.receive-unbound",
      title = "a non-blocking receive on an unbound channel returns null and binds it",
      source = "seen on JDK 25")
  void receiveUnbound(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    channel.configureBlocking(false);
    assertThat(channel.receive(ByteBuffer.allocate(1))).isNull();
    assertThat(Net.port(channel)).isPositive();
  }

  @Case(
      id = "channel.datagram.closed",
      title = "every operation on a closed datagram channel: ClosedChannelException",
      source = "DatagramChannel Javadoc")
  void closed(Net net) throws IOException {
    InetSocketAddress somewhere = net.closedUdpPort();
    DatagramChannel channel = net.boundUdp();
    channel.close();
    ByteBuffer one = ByteBuffer.allocate(1);
    Class<ClosedChannelException> expected = ClosedChannelException.class;
    Expect.thrown(expected, () -> channel.receive(one));
    Expect.thrown(expected, () -> channel.send(one, somewhere));
    Expect.thrown(expected, () -> channel.read(one));
    Expect.thrown(expected, () -> channel.write(one));
    Expect.thrown(expected, () -> channel.connect(somewhere));
    Expect.thrown(expected, () -> channel.bind(null));
    Expect.thrown(expected, channel::getLocalAddress);
    Expect.thrown(expected, channel::getRemoteAddress);
    Expect.thrown(expected, () -> channel.register(net.selector(), SelectionKey.OP_READ));
  }

  @Case(
      id = "channel.datagram.send-port-zero",
      title = "sending to port 0: SocketException, \"Can't send to port 0\"",
      source = "seen on JDK 25")
  void sendPortZero(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    Expect.thrown(
        SocketException.class,
        "Can't send to port 0",
        () -> channel.send(Expect.ascii("x"), net.loopback(0)));
  }

  @Case(
      id = "channel.datagram.buffer-range",
      title = "offset and length outside the array of buffers: IndexOutOfBoundsException",
      source = "DatagramChannel.read, write Javadoc")
  void bufferRange(Net net) throws IOException {
    DatagramChannel channel = net.udpTo(net.boundUdp());
    ByteBuffer[] two = {ByteBuffer.allocate(1), ByteBuffer.allocate(1)};
    Expect.thrown(IndexOutOfBoundsException.class, () -> channel.read(two, 1, 2));
    Expect.thrown(IndexOutOfBoundsException.class, () -> channel.write(two, -1, 2));
  }

  @Case(
      id = "channel.datagram.position",
      title = "send takes the buffer from its position to its limit and moves the position",
      source = "DatagramChannel.send Javadoc")
  void position(Net net) throws IOException {
    DatagramChannel receiver = net.boundUdp();
    ByteBuffer source = Expect.ascii("abcdef").position(2).limit(4);
    assertThat(net.udp().send(source, receiver.getLocalAddress())).isEqualTo(2);
    assertThat(source.position()).isEqualTo(4);
    ByteBuffer target = ByteBuffer.allocate(10).position(3);
    receiver.receive(target);
    assertThat(target.position()).isEqualTo(5);
    assertThat(target.get(3)).isEqualTo((byte) 'c');
  }
}

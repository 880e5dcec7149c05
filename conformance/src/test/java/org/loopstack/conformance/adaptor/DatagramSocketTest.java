// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.adaptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.charset.StandardCharsets;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;

class DatagramSocketTest {
  private static DatagramPacket packet(int size) {
    return new DatagramPacket(new byte[size], size);
  }

  private static String text(DatagramPacket packet) {
    return new String(
        packet.getData(), packet.getOffset(), packet.getLength(), StandardCharsets.US_ASCII);
  }

  @Case(
      id = "adaptor.datagram.same",
      title = "socket() returns the same object each time, and it knows its channel",
      source = "DatagramChannel.socket Javadoc")
  void same(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    assertThat(channel.socket()).isSameAs(channel.socket());
    assertThat(channel.socket().getChannel()).isSameAs(channel);
  }

  @Case(
      id = "adaptor.datagram.round-trip",
      title = "packets travel both ways, with the sender's address",
      source = "DatagramSocket.receive Javadoc",
      on = {PLATFORM, VIRTUAL})
  void roundTrip(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.boundUdp();
    byte[] data = "ping".getBytes(StandardCharsets.US_ASCII);
    client.socket().send(new DatagramPacket(data, data.length, local(server)));
    DatagramPacket received = packet(100);
    server.socket().receive(received);
    assertThat(text(received)).isEqualTo("ping");
    assertThat(received.getSocketAddress()).isEqualTo(local(client));
    server.socket().send(received);
    DatagramPacket answer = packet(100);
    client.socket().receive(answer);
    assertThat(text(answer)).isEqualTo("ping");
  }

  @Case(
      id = "adaptor.datagram.truncated",
      title = "a packet too small for the datagram gets its beginning",
      source = "DatagramSocket.receive Javadoc")
  void truncated(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    net.udp().send(Expect.ascii("abcdef"), local(server));
    DatagramPacket received = packet(3);
    server.socket().receive(received);
    assertThat(text(received)).isEqualTo("abc");
  }

  @Case(
      id = "adaptor.datagram.timeout",
      title = "with SO_TIMEOUT receive gives up: SocketTimeoutException, and can be tried again",
      source = "DatagramSocket.setSoTimeout Javadoc",
      on = {PLATFORM, VIRTUAL})
  void timeout(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramSocket socket = server.socket();
    socket.setSoTimeout(20);
    assertThat(socket.getSoTimeout()).isEqualTo(20);
    Expect.thrown(
        SocketTimeoutException.class, "Receive timed out", () -> socket.receive(packet(1)));
    socket.setSoTimeout(0);
    net.udp().send(Expect.ascii("x"), local(server));
    DatagramPacket received = packet(1);
    socket.receive(received);
    assertThat(text(received)).isEqualTo("x");
  }

  @Case(
      id = "adaptor.datagram.port-unreachable",
      title = "a connected adaptor receives PortUnreachableException",
      source = "FACTS 14; DatagramSocket.receive Javadoc")
  void portUnreachable(Net net) throws IOException {
    DatagramSocket socket = net.udp().socket();
    socket.connect(net.closedUdpPort());
    socket.send(packet(1));
    socket.setSoTimeout(20_000);
    Expect.thrown(PortUnreachableException.class, () -> socket.receive(packet(1)));
  }

  @Case(
      id = "adaptor.datagram.state",
      title = "the adaptor's state follows the channel",
      source = "DatagramSocket Javadoc")
  void state(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    DatagramSocket socket = channel.socket();
    assertThat(socket.isBound()).isFalse();
    assertThat(socket.getLocalPort()).isZero();
    socket.bind(net.anyPort());
    assertThat(socket.isBound()).isTrue();
    assertThat(socket.getLocalPort()).isEqualTo(port(channel));
    assertThat(socket.getLocalAddress()).isEqualTo(net.loopback());
    assertThat(socket.getPort()).isEqualTo(-1);
    DatagramChannel peer = net.boundUdp();
    socket.connect(local(peer));
    assertThat(channel.isConnected()).isTrue();
    assertThat(socket.getPort()).isEqualTo(port(peer));
    assertThat(socket.getInetAddress()).isEqualTo(net.loopback());
    socket.disconnect();
    assertThat(channel.isConnected()).isFalse();
    socket.close();
    assertThat(channel.isOpen()).isFalse();
    assertThat(socket.isClosed()).isTrue();
  }

  @Case(
      id = "adaptor.datagram.close-receive",
      title = "closing ends a blocked receive: SocketException or ClosedChannelException",
      source = "DatagramSocket.close Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeReceive(Net net) throws IOException {
    DatagramSocket socket = net.boundUdp().socket();
    Task<Boolean> receiver =
        net.start(
            () -> {
              socket.receive(packet(1));
              return true;
            });
    receiver.awaitBlocked();
    socket.close();
    Expect.thrownAsClosed(receiver::join);
  }

  @Case(
      id = "adaptor.datagram.blocking-mode",
      title = "send and receive on a non-blocking channel: IllegalBlockingModeException",
      source = "DatagramSocket.receive Javadoc")
  void blockingMode(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    channel.configureBlocking(false);
    DatagramPacket packet = packet(1);
    packet.setSocketAddress(local(channel));
    Expect.thrown(IllegalBlockingModeException.class, () -> channel.socket().send(packet));
    Expect.thrown(IllegalBlockingModeException.class, () -> channel.socket().receive(packet));
  }

  @Case(
      id = "adaptor.datagram.options",
      title = "options set through the adaptor are the channel's",
      source = "DatagramSocket Javadoc")
  void options(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    DatagramSocket socket = channel.socket();
    socket.setBroadcast(true);
    assertThat(channel.getOption(StandardSocketOptions.SO_BROADCAST)).isTrue();
    socket.setReuseAddress(true);
    assertThat(channel.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
    socket.setReceiveBufferSize(20_000);
    assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(20_000);
    socket.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 3);
    assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(3);
  }
}

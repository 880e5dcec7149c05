// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;

class DatagramSocketTest {
  private static DatagramPacket packet(String text, @Nullable SocketAddress target) {
    byte[] data = text.getBytes(StandardCharsets.US_ASCII);
    return target == null
        ? new DatagramPacket(data, data.length)
        : new DatagramPacket(data, data.length, target);
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  private static DatagramSocket bound(Net net) throws IOException {
    return net.datagramSocket(net.anyPort());
  }

  @Case(
      id = "plain.datagram.fresh",
      title = "a new socket is not connected, may broadcast, and has no channel",
      source = "DatagramSocket Javadoc",
      over = {IPV4, IPV6})
  void fresh(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    assertThat(socket.isBound()).isTrue();
    assertThat(socket.isConnected()).isFalse();
    assertThat(socket.getLocalSocketAddress()).isEqualTo(net.loopback(socket.getLocalPort()));
    assertThat(socket.getPort()).isEqualTo(-1);
    assertThat(socket.getInetAddress()).isNull();
    assertThat(socket.getRemoteSocketAddress()).isNull();
    assertThat(socket.getBroadcast()).isTrue();
    assertThat(socket.getReuseAddress()).isFalse();
    assertThat(socket.getSoTimeout()).isZero();
    assertThat(socket.getChannel()).isNull();
  }

  @Case(
      id = "plain.datagram.unbound",
      title = "a socket of no address is bound later, once",
      source = "DatagramSocket.bind Javadoc",
      over = {IPV4, IPV6})
  void unbound(Net net) throws IOException {
    DatagramSocket socket = net.datagramSocket(null);
    assertThat(socket.isBound()).isFalse();
    assertThat(socket.getLocalPort()).isZero();
    assertThat(socket.getLocalSocketAddress()).isNull();
    assertThat(socket.getLocalAddress().isAnyLocalAddress()).isTrue();
    socket.bind(net.anyPort());
    assertThat(socket.getLocalPort()).isPositive();
    Expect.thrown(SocketException.class, () -> socket.bind(net.anyPort()));
  }

  @Case(
      id = "plain.datagram.round-trip",
      title = "packets travel both ways, with the sender's address",
      source = "DatagramSocket.receive Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void roundTrip(Net net) throws Exception {
    DatagramSocket server = bound(net);
    DatagramSocket client = bound(net);
    Task<Boolean> echo =
        net.start(
            () -> {
              DatagramPacket packet = new DatagramPacket(new byte[10], 10);
              server.receive(packet);
              server.send(packet);
              return true;
            });
    echo.awaitBlocked();
    client.send(packet("hello", server.getLocalSocketAddress()));
    DatagramPacket answer = new DatagramPacket(new byte[10], 10);
    client.receive(answer);
    assertThat(answer.getLength()).isEqualTo(5);
    assertThat(answer.getSocketAddress()).isEqualTo(server.getLocalSocketAddress());
    assertThat(echo.join()).isTrue();
  }

  @Case(
      id = "plain.datagram.truncated",
      title = "a packet too small for the datagram gets its beginning, and can be used again",
      source = "DatagramSocket.receive Javadoc",
      over = {IPV4, IPV6})
  void truncated(Net net) throws IOException {
    DatagramSocket server = bound(net);
    DatagramSocket client = bound(net);
    DatagramPacket small = new DatagramPacket(new byte[4], 4);
    client.send(packet("long text", server.getLocalSocketAddress()));
    client.send(packet("x", server.getLocalSocketAddress()));
    client.send(packet("more", server.getLocalSocketAddress()));
    server.receive(small);
    assertThat(small.getLength()).isEqualTo(4);
    server.receive(small);
    assertThat(small.getLength()).isEqualTo(1);
    server.receive(small);
    assertThat(small.getLength()).isEqualTo(4);
  }

  @Case(
      id = "plain.datagram.timeout",
      title = "with SO_TIMEOUT receive gives up: SocketTimeoutException, and can be tried again",
      source = "DatagramSocket.setSoTimeout Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void timeout(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    socket.setSoTimeout(20);
    Expect.thrown(SocketTimeoutException.class, "Receive timed out", () -> receive(socket));
    socket.setSoTimeout(20_000);
    bound(net).send(packet("x", socket.getLocalSocketAddress()));
    assertThat(receive(socket)).isEqualTo("x");
  }

  @Case(
      id = "plain.datagram.close-receive",
      title = "closing ends a blocked receive: SocketException, \"Socket closed\"",
      source = "DatagramSocket.close Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void closeReceive(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    Task<String> receiver = net.start(() -> receive(socket));
    receiver.awaitBlocked();
    socket.close();
    Expect.thrown(SocketException.class, "Socket closed", receiver::join);
  }

  @Case(
      id = "plain.datagram.interrupt",
      title =
          "an interrupt closes the socket of a virtual thread, and leaves that of a platform thread"
              + " alone",
      source = "DatagramSocket.receive Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void interrupt(Net net) throws Exception {
    DatagramSocket socket = bound(net);
    Task<String> receiver = net.start(() -> receive(socket));
    receiver.awaitBlocked();
    receiver.thread().interrupt();
    if (receiver.thread().isVirtual()) {
      Expect.thrown(SocketException.class, "Closed by interrupt", receiver::join);
      assertThat(socket.isClosed()).isTrue();
    } else {
      bound(net).send(packet("x", socket.getLocalSocketAddress()));
      assertThat(receiver.join()).isEqualTo("x");
      assertThat(socket.isClosed()).isFalse();
    }
  }

  @Case(
      id = "plain.datagram.connect",
      title = "a connected socket sends to its peer and hears nobody else",
      source = "DatagramSocket.connect Javadoc",
      over = {IPV4, IPV6})
  void connect(Net net) throws IOException {
    DatagramSocket server = bound(net);
    DatagramSocket other = bound(net);
    DatagramSocket client = bound(net);
    client.connect(server.getLocalSocketAddress());
    assertThat(client.isConnected()).isTrue();
    assertThat(client.getPort()).isEqualTo(server.getLocalPort());
    assertThat(client.getInetAddress()).isEqualTo(net.loopback());
    client.send(packet("a", null));
    assertThat(receive(server)).isEqualTo("a");
    other.send(packet("not for you", client.getLocalSocketAddress()));
    server.send(packet("b", client.getLocalSocketAddress()));
    assertThat(receive(client)).isEqualTo("b");
    Expect.thrown(
        IllegalArgumentException.class,
        "Connected and packet address differ",
        () -> client.send(packet("c", other.getLocalSocketAddress())));
    client.disconnect();
    assertThat(client.isConnected()).isFalse();
    client.send(packet("d", other.getLocalSocketAddress()));
    assertThat(receive(other)).isEqualTo("d");
  }

  @Case(
      id = "plain.datagram.connect-errors",
      title = "connecting to nothing that is an address: the known exceptions",
      source = "DatagramSocket.connect Javadoc",
      over = {IPV4, IPV6})
  void connectErrors(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    Expect.thrown(IllegalArgumentException.class, () -> socket.connect(null));
    Expect.thrown(IllegalArgumentException.class, () -> socket.connect(net.loopback(), -1));
    Expect.thrown(
        SocketException.class,
        () -> socket.connect(InetSocketAddress.createUnresolved("unresolved.invalid", 80)));
    assertThat(socket.isConnected()).isFalse();
  }

  @Case(
      id = "plain.datagram.port-unreachable",
      title = "a connected socket is told that nobody listens: PortUnreachableException",
      source = "DatagramSocket.receive Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void portUnreachable(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    socket.setSoTimeout(20_000);
    socket.connect(net.closedUdpPort());
    socket.send(packet("x", null));
    Expect.thrown(PortUnreachableException.class, () -> receive(socket));
  }

  @Case(
      id = "plain.datagram.send-errors",
      title = "packets without an address, to port 0, or too long: the known exceptions",
      source = "DatagramSocket.send Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void sendErrors(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    Expect.thrown(
        IllegalArgumentException.class, "Address not set", () -> socket.send(packet("x", null)));
    Expect.thrown(
        SocketException.class,
        "Can't send to port 0",
        () -> socket.send(packet("x", net.loopback(0))));
    DatagramPacket huge =
        new DatagramPacket(new byte[65_530], 65_530, socket.getLocalSocketAddress());
    assertThatThrownBy(() -> socket.send(huge))
        .isInstanceOf(IOException.class)
        .hasMessage("Message too long");
  }

  @Case(
      id = "plain.datagram.closed",
      title = "what needs an open socket: SocketException",
      source = "DatagramSocket.close Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void closed(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    SocketAddress target = socket.getLocalSocketAddress();
    socket.close();
    socket.close();
    assertThat(socket.isClosed()).isTrue();
    assertThat(socket.getLocalPort()).isEqualTo(-1);
    assertThat(socket.getLocalAddress()).isNull();
    assertThat(socket.getLocalSocketAddress()).isNull();
    Expect.thrown(SocketException.class, "Socket closed", () -> receive(socket));
    Expect.thrown(SocketException.class, "Socket closed", () -> socket.send(packet("x", target)));
    Expect.thrown(SocketException.class, "Socket is closed", socket::getSoTimeout);
    Expect.thrown(SocketException.class, "Socket is closed", socket::getReuseAddress);
  }

  @Case(
      id = "plain.datagram.bind-errors",
      title = "binding to a port that is taken, or to a foreign address: BindException",
      source = "DatagramSocket Javadoc",
      over = {IPV4, IPV6})
  void bindErrors(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    Expect.thrown(
        BindException.class,
        "Address already in use",
        () -> net.datagramSocket(socket.getLocalSocketAddress()));
    Expect.thrown(
        BindException.class,
        "Cannot assign requested address",
        () -> net.datagramSocket(Net.at("198.51.100.77", 0)));
  }

  @Case(
      id = "plain.datagram.options",
      title = "what is set is got; values out of range are refused",
      source = "DatagramSocket Javadoc",
      over = {IPV4, IPV6})
  void options(Net net) throws IOException {
    DatagramSocket socket = bound(net);
    socket.setSendBufferSize(20_000);
    socket.setReceiveBufferSize(30_000);
    socket.setTrafficClass(0x10);
    socket.setBroadcast(false);
    socket.setReuseAddress(true);
    socket.setSoTimeout(77);
    assertThat(socket.getSendBufferSize()).isGreaterThanOrEqualTo(20_000);
    assertThat(socket.getReceiveBufferSize()).isGreaterThanOrEqualTo(30_000);
    assertThat(socket.getTrafficClass()).isEqualTo(0x10);
    assertThat(socket.getBroadcast()).isFalse();
    assertThat(socket.getReuseAddress()).isTrue();
    assertThat(socket.getSoTimeout()).isEqualTo(77);
    Expect.thrown(IllegalArgumentException.class, () -> socket.setSendBufferSize(0));
    Expect.thrown(IllegalArgumentException.class, () -> socket.setReceiveBufferSize(-1));
    Expect.thrown(IllegalArgumentException.class, () -> socket.setTrafficClass(256));
    Expect.thrown(IllegalArgumentException.class, () -> socket.setSoTimeout(-1));
  }

  @Case(
      id = "plain.datagram.interop",
      title = "a socket talks to a channel: they share their ports",
      source = "issue of the java door: one port space")
  void interop(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    DatagramSocket socket = net.datagramSocket(net.anyPort());
    socket.send(packet("a", channel.getLocalAddress()));
    ByteBuffer target = ByteBuffer.allocate(10);
    assertThat(channel.receive(target)).isEqualTo(socket.getLocalSocketAddress());
    assertThat(Expect.text(target)).isEqualTo("a");
    channel.send(Expect.ascii("b"), socket.getLocalSocketAddress());
    assertThat(receive(socket)).isEqualTo("b");
  }
}

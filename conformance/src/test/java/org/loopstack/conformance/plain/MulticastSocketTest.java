// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Wait;

@SuppressWarnings({"deprecation", "removal"}) // The old forms are still called.
class MulticastSocketTest {
  private static InetAddress group(Net net) {
    return Net.ip(net.family() == IPV4 ? "239.1.2.3" : "ff11::1:2:3");
  }

  private static MulticastSocket socket(Net net) throws IOException {
    MulticastSocket socket = net.multicastSocket(new InetSocketAddress(0));
    socket.setNetworkInterface(net.lo());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static DatagramPacket packet(String text, InetAddress group, int port) {
    byte[] data = text.getBytes(StandardCharsets.US_ASCII);
    return new DatagramPacket(data, data.length, group, port);
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  @Case(
      id = "plain.multicast.fresh",
      title = "a new multicast socket reuses addresses, and its packets go one hop and come back",
      source = "MulticastSocket Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void fresh(Net net) throws IOException {
    MulticastSocket socket = net.multicastSocket(null);
    assertThat(socket.isBound()).isFalse();
    assertThat(socket.getReuseAddress()).isTrue();
    assertThat(socket.getBroadcast()).isTrue();
    assertThat(socket.getTimeToLive()).isEqualTo(1);
    assertThat(socket.getTTL()).isEqualTo((byte) 1);
    assertThat(socket.getLoopbackMode()).isFalse();
    assertThat(socket.getInterface().isAnyLocalAddress()).isTrue();
    assertThat(socket.getChannel()).isNull();
  }

  @Case(
      id = "plain.multicast.group",
      title = "all sockets of a port that have joined a group get what is sent to it",
      source = "MulticastSocket.joinGroup Javadoc",
      over = IPV4,
      on = {PLATFORM, VIRTUAL})
  void members(Net net) throws IOException {
    MulticastSocket one = socket(net);
    MulticastSocket two = net.multicastSocket(new InetSocketAddress(one.getLocalPort()));
    two.setSoTimeout(20_000);
    InetSocketAddress group = new InetSocketAddress(group(net), 0);
    one.joinGroup(group, net.lo());
    two.joinGroup(group, net.lo());
    one.send(packet("x", group.getAddress(), one.getLocalPort()));
    assertThat(receive(one)).isEqualTo("x");
    assertThat(receive(two)).isEqualTo("x");
  }

  @Case(
      id = "plain.multicast.old-form",
      title = "joinGroup(InetAddress) joins on the interface that was set",
      source = "MulticastSocket.joinGroup Javadoc",
      over = IPV4)
  void oldForm(Net net) throws IOException {
    MulticastSocket socket = socket(net);
    InetAddress group = group(net);
    socket.joinGroup(group);
    socket.send(packet("x", group, socket.getLocalPort()));
    assertThat(receive(socket)).isEqualTo("x");
    socket.leaveGroup(group);
    Expect.thrown(SocketException.class, "Not a member of group", () -> socket.leaveGroup(group));
    Expect.thrown(NullPointerException.class, () -> socket.joinGroup(null));
  }

  @Case(
      id = "plain.multicast.leave",
      title = "after leaveGroup nothing more comes",
      source = "MulticastSocket.leaveGroup Javadoc",
      over = IPV4)
  void leave(Net net) throws IOException {
    MulticastSocket socket = socket(net);
    InetSocketAddress group = new InetSocketAddress(group(net), 0);
    socket.joinGroup(group, net.lo());
    socket.leaveGroup(group, net.lo());
    socket.send(packet("x", group.getAddress(), socket.getLocalPort()));
    socket.setSoTimeout(Wait.QUIET_MILLIS);
    Expect.thrown(SocketTimeoutException.class, () -> receive(socket));
  }

  @Case(
      id = "plain.multicast.errors",
      title = "joining twice, what is no group, what is no address; leaving what was not joined",
      source = "MulticastSocket Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void errors(Net net) throws IOException {
    MulticastSocket socket = socket(net);
    InetSocketAddress group = new InetSocketAddress(group(net), 0);
    NetworkInterface lo = net.lo();
    Expect.thrown(
        SocketException.class, "Not a member of group", () -> socket.leaveGroup(group, lo));
    socket.joinGroup(group, lo);
    Expect.thrown(
        SocketException.class, "Already a member of group", () -> socket.joinGroup(group, lo));
    Expect.thrown(
        SocketException.class,
        "Not a multicast address",
        () -> socket.joinGroup(net.loopback(0), lo));
    Expect.thrown(
        IllegalArgumentException.class,
        "Unsupported address type",
        () -> socket.joinGroup(new SocketAddress() {}, lo));
    Expect.thrown(
        IllegalArgumentException.class,
        "Unresolved address",
        () -> socket.joinGroup(InetSocketAddress.createUnresolved("unresolved.invalid", 0), lo));
  }

  @Case(
      id = "plain.multicast.ttl",
      title = "the time to live is set in both forms, and for one packet",
      source = "MulticastSocket.setTimeToLive Javadoc",
      over = IPV4)
  void ttl(Net net) throws IOException {
    MulticastSocket socket = socket(net);
    socket.setTimeToLive(200);
    assertThat(socket.getTimeToLive()).isEqualTo(200);
    assertThat(socket.getTTL()).isEqualTo((byte) 200);
    socket.setTTL((byte) 3);
    assertThat(socket.getTimeToLive()).isEqualTo(3);
    assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(3);
    Expect.thrown(IllegalArgumentException.class, () -> socket.setTimeToLive(256));
    Expect.thrown(IllegalArgumentException.class, () -> socket.setTimeToLive(-1));
    socket.joinGroup(new InetSocketAddress(group(net), 0), net.lo());
    socket.send(packet("x", group(net), socket.getLocalPort()), (byte) 9);
    assertThat(receive(socket)).isEqualTo("x");
    assertThat(socket.getTimeToLive()).isEqualTo(3);
  }

  @Case(
      id = "plain.multicast.loopback-mode",
      title = "setLoopbackMode(true) is IP_MULTICAST_LOOP off",
      source = "MulticastSocket.setLoopbackMode Javadoc",
      over = {IPV4, IPV6})
  void loopbackMode(Net net) throws IOException {
    MulticastSocket socket = socket(net);
    socket.setLoopbackMode(true);
    assertThat(socket.getLoopbackMode()).isTrue();
    assertThat(socket.getOption(StandardSocketOptions.IP_MULTICAST_LOOP)).isFalse();
  }

  @Case(
      id = "plain.multicast.interface",
      title = "the interface that was set is told in both forms",
      source = "MulticastSocket.setNetworkInterface Javadoc",
      over = {IPV4, IPV6})
  void networkInterface(Net net) throws IOException {
    MulticastSocket socket = net.multicastSocket(new InetSocketAddress(0));
    socket.setNetworkInterface(net.lo());
    assertThat(socket.getNetworkInterface()).isEqualTo(net.lo());
    assertThat(socket.getInterface().isLoopbackAddress()).isTrue();
    MulticastSocket other = net.multicastSocket(new InetSocketAddress(0));
    other.setInterface(net.loopback());
    assertThat(other.getInterface()).isEqualTo(net.loopback());
    assertThat(other.getNetworkInterface()).isEqualTo(net.lo());
  }

  @Case(
      id = "plain.multicast.closed",
      title = "what needs an open socket: SocketException",
      source = "MulticastSocket Javadoc",
      over = {IPV4, IPV6})
  void closed(Net net) throws IOException {
    MulticastSocket socket = socket(net);
    InetSocketAddress group = new InetSocketAddress(group(net), 0);
    socket.close();
    assertThat(socket.isClosed()).isTrue();
    Expect.thrown(SocketException.class, () -> socket.joinGroup(group, net.lo()));
    Expect.thrown(SocketException.class, () -> socket.leaveGroup(group, net.lo()));
    Expect.thrown(SocketException.class, () -> socket.setTimeToLive(1));
    Expect.thrown(SocketException.class, socket::getTimeToLive);
  }

  @Case(
      id = "plain.multicast.datagram-socket",
      title = "a datagram socket can join a group too",
      source = "DatagramSocket.joinGroup Javadoc",
      over = IPV4)
  void datagramSocket(Net net) throws IOException {
    DatagramSocket socket = net.datagramSocket(new InetSocketAddress(0));
    socket.setSoTimeout(20_000);
    socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, net.lo());
    InetSocketAddress group = new InetSocketAddress(group(net), 0);
    socket.joinGroup(group, net.lo());
    socket.send(packet("x", group.getAddress(), socket.getLocalPort()));
    assertThat(receive(socket)).isEqualTo("x");
    Expect.thrown(
        SocketException.class,
        "Already a member of group",
        () -> socket.joinGroup(group, net.lo()));
    socket.leaveGroup(group, net.lo());
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Family.MAPPED;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.ip;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class DualStackTest {
  @Case(
      id = "address.dual.default-family",
      title = "channels opened without a family speak to both 127.0.0.1 and ::1",
      source = "FACTS 29; SelectorProvider.openSocketChannel Javadoc",
      over = {IPV6})
  void defaultFamily(Net net) throws IOException {
    SelectorProvider provider = net.tcp().provider();
    ServerSocketChannel server = net.track(provider.openServerSocketChannel());
    server.bind(at("::", 0));
    for (String literal : new String[] {"127.0.0.1", "::1"}) {
      SocketChannel client = net.track(provider.openSocketChannel());
      client.connect(at(literal, port(server)));
      assertThat(net.accept(server).getRemoteAddress()).isEqualTo(local(client));
    }
  }

  @Case(
      id = "address.dual.default-family-datagram",
      title = "a datagram channel opened without a family sends to both 127.0.0.1 and ::1",
      source = "FACTS 29; SelectorProvider.openDatagramChannel Javadoc",
      over = {IPV6})
  void defaultFamilyDatagram(Net net) throws IOException {
    DatagramChannel receiver = net.track(net.udp().provider().openDatagramChannel());
    receiver.bind(at("::", 0));
    DatagramChannel sender = net.track(net.udp().provider().openDatagramChannel());
    for (String literal : new String[] {"127.0.0.1", "::1"}) {
      sender.send(Expect.ascii("x"), at(literal, port(receiver)));
      assertThat(receiver.receive(ByteBuffer.allocate(1))).isEqualTo(at(literal, port(sender)));
    }
  }

  @Case(
      id = "address.dual.ipv4-wildcard-is-dual",
      title = "an IPv6 channel bound to 0.0.0.0 is bound to [::]",
      source = "seen on JDK 25",
      over = {MAPPED})
  void ipv4WildcardIsDual(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(at("0.0.0.0", 0));
    assertThat(local(server).getAddress()).isInstanceOf(Inet6Address.class);
    net.connect(at("::1", port(server)));
    assertThat(local(net.accept(server)).getAddress()).isEqualTo(ip("::1"));
  }

  @Case(
      id = "address.dual.ipv4-listener-refuses-ipv6",
      title = "a listener on an IPv4 channel's wildcard refuses ::1",
      source = "RFC 3493 3.7",
      over = {IPV6})
  void ipv4ListenerRefusesIpv6(Net net) throws IOException {
    ServerSocketChannel server = ipv4Wildcard(net);
    SocketChannel client = net.tcp();
    Expect.thrown(ConnectException.class, () -> client.connect(at("::1", port(server))));
  }

  private static ServerSocketChannel ipv4Wildcard(Net net) throws IOException {
    SelectorProvider provider = net.tcp().provider();
    return net.track(provider.openServerSocketChannel(StandardProtocolFamily.INET))
        .bind(at("0.0.0.0", 0));
  }

  @Case(
      id = "address.dual.wildcards-conflict",
      title = "0.0.0.0:p on an IPv4 channel, then [::]:p: \"Address already in use\"",
      source = "FACTS 29; seen on Linux 6.18",
      over = {IPV6})
  void wildcardsConflict(Net net) throws IOException {
    int port = port(ipv4Wildcard(net));
    ServerSocketChannel server = net.server();
    Expect.thrown(BindException.class, () -> server.bind(at("::", port)));
  }

  @Case(
      id = "address.dual.ipv4-wildcard-and-ipv6-loopback",
      title = "0.0.0.0:p on an IPv4 channel and [::1]:p coexist",
      source = "seen on Linux 6.18",
      over = {IPV6})
  void ipv4WildcardAndIpv6Loopback(Net net) throws IOException {
    int port = port(ipv4Wildcard(net));
    assertThat(port(net.server().bind(at("::1", port)))).isEqualTo(port);
  }

  @Case(
      id = "address.dual.bound-ipv6-to-ipv4",
      title = "a channel bound to ::1 cannot reach 127.0.0.1: \"Network is unreachable\"",
      source = "RFC 4291 2.5.3; seen on Linux 6.18",
      over = {IPV6})
  void boundIpv6ToIpv4(Net net) throws IOException {
    SocketChannel stream = net.tcp().bind(net.anyPort());
    DatagramChannel datagram = net.boundUdp();
    String message = "Network is unreachable";
    Expect.thrown(SocketException.class, message, () -> stream.connect(at("127.0.0.1", 9)));
    Expect.thrown(
        SocketException.class, message, () -> datagram.send(Expect.ascii("x"), at("127.0.0.1", 9)));
  }

  @Case(
      id = "address.dual.bound-ipv4-to-ipv6",
      title = "a channel bound to 127.0.0.1 cannot reach ::1",
      source = "RFC 3493 3.7; seen on Linux 6.18",
      over = {MAPPED})
  void boundIpv4ToIpv6(Net net) throws IOException {
    SocketChannel stream = net.tcp().bind(net.anyPort());
    DatagramChannel datagram = net.boundUdp();
    String message = "Address family not supported by protocol";
    Expect.thrown(SocketException.class, message, () -> stream.connect(at("::1", 9)));
    Expect.thrown(
        SocketException.class, message, () -> datagram.send(Expect.ascii("x"), at("::1", 9)));
  }

  @Case(
      id = "address.dual.mapped-is-ipv4",
      title = "a listener on 127.0.0.1 of an IPv6 channel is reached by IPv4 channels, and only so",
      source = "FACTS 29; RFC 3493 3.7",
      over = {MAPPED})
  void mappedIsIpv4(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SelectorProvider provider = server.provider();
    SocketChannel client = net.track(provider.openSocketChannel(StandardProtocolFamily.INET));
    client.connect(local(server));
    assertThat(net.accept(server).getRemoteAddress()).isEqualTo(local(client));
    SocketChannel other = net.tcp();
    Expect.thrown(ConnectException.class, () -> other.connect(at("::1", port(server))));
  }

  @Case(
      id = "address.dual.unix-datagram",
      title = "a datagram channel of the Unix domain: UnsupportedOperationException",
      source = "SelectorProvider.openDatagramChannel Javadoc",
      over = {IPV4})
  void unixDatagram(Net net) throws IOException {
    SelectorProvider provider = net.tcp().provider();
    Expect.thrown(
        UnsupportedOperationException.class,
        () -> provider.openDatagramChannel(StandardProtocolFamily.UNIX));
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Family.MAPPED;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class BindTest {
  private static final String NOT_AVAILABLE = "Cannot assign requested address";

  @Case(
      id = "address.bind.any-127",
      title = "any address in 127/8 can be bound, 127.0.0.0 too",
      source = "FACTS 2; FACTS, Sockets on Linux",
      over = {IPV4, MAPPED})
  void any127(Net net) throws IOException {
    for (String literal : new String[] {"127.0.0.0", "127.1.2.3", "127.255.255.254"}) {
      InetSocketAddress address = at(literal, 0);
      assertThat(local(net.server().bind(address)).getAddress()).isEqualTo(address.getAddress());
      assertThat(local(net.tcp().bind(address)).getAddress()).isEqualTo(address.getAddress());
      assertThat(local(net.udp().bind(address)).getAddress()).isEqualTo(address.getAddress());
    }
  }

  @Case(
      id = "address.bind.broadcast",
      title = "127.255.255.255 can be bound",
      source = "FACTS, Sockets on Linux (a Java IPv4 channel refuses 127.x.y.255 itself)",
      over = {MAPPED})
  void broadcast(Net net) throws IOException {
    InetSocketAddress address = at("127.255.255.255", 0);
    assertThat(local(net.server().bind(address)).getAddress()).isEqualTo(address.getAddress());
    assertThat(local(net.udp().bind(address)).getAddress()).isEqualTo(address.getAddress());
  }

  @Case(
      id = "address.bind.foreign-ipv4",
      title = "128.0.0.1 cannot be bound: BindException, \"" + NOT_AVAILABLE + "\"",
      source = "FACTS, Sockets on Linux",
      over = {IPV4, MAPPED})
  void foreignIpv4(Net net) throws IOException {
    cannotBind(net, at("128.0.0.1", 0));
  }

  @Case(
      id = "address.bind.foreign-ipv6",
      title = "::2 cannot be bound: BindException, \"" + NOT_AVAILABLE + "\"",
      source = "FACTS, Sockets on Linux",
      over = {IPV6})
  void foreignIpv6(Net net) throws IOException {
    cannotBind(net, at("::2", 0));
  }

  private static void cannotBind(Net net, InetSocketAddress address) throws IOException {
    SocketChannel stream = net.tcp();
    ServerSocketChannel server = net.server();
    DatagramChannel datagram = net.udp();
    Expect.thrown(BindException.class, NOT_AVAILABLE, () -> stream.bind(address));
    Expect.thrown(BindException.class, NOT_AVAILABLE, () -> server.bind(address));
    Expect.thrown(BindException.class, NOT_AVAILABLE, () -> datagram.bind(address));
  }

  @Case(
      id = "address.bind.after-failure",
      title = "a channel whose bind failed is open, unbound, and can be bound",
      source = "NetworkChannel.bind Javadoc")
  void afterFailure(Net net) throws IOException {
    InetSocketAddress taken = local(net.listen());
    ServerSocketChannel server = net.server();
    Expect.thrown(BindException.class, () -> server.bind(taken));
    assertThat(server.isOpen()).isTrue();
    assertThat(server.getLocalAddress()).isNull();
    assertThat(server.bind(net.anyPort()).getLocalAddress()).isNotNull();
  }

  @Case(
      id = "address.bind.unbound",
      title = "the local address of an unbound channel is null",
      source = "NetworkChannel.getLocalAddress Javadoc")
  void unbound(Net net) throws IOException {
    assertThat(net.tcp().getLocalAddress()).isNull();
    assertThat(net.server().getLocalAddress()).isNull();
    assertThat(net.udp().getLocalAddress()).isNull();
  }

  @Case(
      id = "address.bind.null",
      title = "bind(null) binds to the wildcard and a port of the system's choice",
      source = "NetworkChannel.bind Javadoc")
  void bindNull(Net net) throws IOException {
    for (InetSocketAddress address :
        new InetSocketAddress[] {
          local(net.tcp().bind(null)), local(net.server().bind(null)), local(net.udp().bind(null))
        }) {
      assertThat(address.getAddress().isAnyLocalAddress()).isTrue();
      assertThat(address.getPort()).isPositive();
    }
  }

  @Case(
      id = "address.bind.twice",
      title = "binding a bound channel: AlreadyBoundException",
      source = "NetworkChannel.bind Javadoc")
  void twice(Net net) throws IOException {
    SocketChannel stream = net.tcp().bind(net.anyPort());
    ServerSocketChannel server = net.listen();
    DatagramChannel datagram = net.boundUdp();
    Expect.thrown(AlreadyBoundException.class, () -> stream.bind(net.anyPort()));
    Expect.thrown(AlreadyBoundException.class, () -> server.bind(net.anyPort()));
    Expect.thrown(AlreadyBoundException.class, () -> datagram.bind(null));
  }

  @Case(
      id = "address.bind.unresolved",
      title = "binding or connecting to an unresolved address: UnresolvedAddressException",
      source = "NetworkChannel.bind, SocketChannel.connect Javadoc")
  void unresolved(Net net) throws IOException {
    InetSocketAddress name = InetSocketAddress.createUnresolved("unresolved.invalid", 80);
    SocketChannel stream = net.tcp();
    ServerSocketChannel server = net.server();
    DatagramChannel datagram = net.udp();
    Class<UnresolvedAddressException> expected = UnresolvedAddressException.class;
    Expect.thrown(expected, () -> stream.bind(name));
    Expect.thrown(expected, () -> stream.connect(name));
    Expect.thrown(expected, () -> server.bind(name));
    Expect.thrown(expected, () -> datagram.bind(name));
    Expect.thrown(expected, () -> datagram.connect(name));
    Expect.thrown(expected, () -> datagram.send(Expect.ascii("x"), name));
  }

  @Case(
      id = "address.bind.unsupported-type",
      title = "a Unix domain address: UnsupportedAddressTypeException",
      source = "NetworkChannel.bind Javadoc")
  void unsupportedType(Net net) throws IOException {
    UnixDomainSocketAddress path = UnixDomainSocketAddress.of("/nowhere/socket");
    SocketChannel stream = net.tcp();
    ServerSocketChannel server = net.server();
    DatagramChannel datagram = net.udp();
    Class<UnsupportedAddressTypeException> expected = UnsupportedAddressTypeException.class;
    Expect.thrown(expected, () -> stream.bind(path));
    Expect.thrown(expected, () -> stream.connect(path));
    Expect.thrown(expected, () -> server.bind(path));
    Expect.thrown(expected, () -> datagram.bind(path));
    Expect.thrown(expected, () -> datagram.connect(path));
    Expect.thrown(expected, () -> datagram.send(Expect.ascii("x"), path));
  }

  @Case(
      id = "address.bind.ipv6-on-ipv4",
      title = "::1 on an IPv4 channel: UnsupportedAddressTypeException",
      source = "SelectorProvider.openSocketChannel Javadoc",
      over = {IPV4})
  void ipv6OnIpv4(Net net) throws IOException {
    InetSocketAddress address = at("::1", 0);
    SocketChannel stream = net.tcp();
    ServerSocketChannel server = net.server();
    DatagramChannel datagram = net.udp();
    Class<UnsupportedAddressTypeException> expected = UnsupportedAddressTypeException.class;
    Expect.thrown(expected, () -> stream.bind(address));
    Expect.thrown(expected, () -> stream.connect(at("::1", 9)));
    Expect.thrown(expected, () -> server.bind(address));
    Expect.thrown(expected, () -> datagram.bind(address));
    Expect.thrown(expected, () -> datagram.connect(at("::1", 9)));
    Expect.thrown(expected, () -> datagram.send(Expect.ascii("x"), at("::1", 9)));
  }

  @Case(
      id = "address.bind.connected",
      title = "binding a connected stream channel: AlreadyBoundException",
      source = "SocketChannel.bind Javadoc")
  void bindConnected(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    Expect.thrown(AlreadyBoundException.class, () -> client.bind(net.anyPort()));
  }

  @Case(
      id = "address.bind.zone",
      title = "::1%lo can be bound and connected to",
      source = "FACTS 27; RFC 4007 11",
      over = {IPV6})
  void zone(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(at("::1%lo", 0));
    SocketChannel client = net.connect(at("::1%lo", Net.port(server)));
    assertThat(client.isConnected()).isTrue();
    assertThat(local(net.accept(server)).getAddress()).isEqualTo(net.loopback());
  }
}

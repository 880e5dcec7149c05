// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Family.MAPPED;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.port;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class PortTest {
  private static final String IN_USE = "Address already in use";
  private static final SocketOption<Boolean> REUSEADDR = StandardSocketOptions.SO_REUSEADDR;
  private static final SocketOption<Boolean> REUSEPORT = StandardSocketOptions.SO_REUSEPORT;

  @Case(
      id = "address.port.ephemeral-range",
      title = "ports chosen by the system are in 32768 to 60999",
      source = "FACTS, Sockets on Linux; RFC 6056 3.2")
  void ephemeralRange(Net net) throws IOException {
    for (int i = 0; i < 10; i++) {
      assertThat(port(net.listen())).isBetween(32_768, 60_999);
      assertThat(port(net.boundUdp())).isBetween(32_768, 60_999);
      assertThat(port(net.pair().client())).isBetween(32_768, 60_999);
    }
  }

  @Case(
      id = "address.port.bind-odd",
      title = "bind to port 0 chooses an odd port",
      source = "FACTS, Sockets on Linux")
  void bindOdd(Net net) throws IOException {
    for (int i = 0; i < 5; i++) {
      assertThat(port(net.listen()) % 2).isEqualTo(1);
    }
  }

  @Case(
      id = "address.port.connect-even",
      title = "connect chooses an even port",
      source = "FACTS, Sockets on Linux")
  void connectEven(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    for (int i = 0; i < 5; i++) {
      assertThat(port(net.pair(server).client()) % 2).isZero();
    }
  }

  @Case(
      id = "address.port.tcp-and-udp",
      title = "TCP and UDP ports are two spaces",
      source = "RFC 9293 2; RFC 768")
  void tcpAndUdp(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    assertThat(port(net.udp().bind(local(server)))).isEqualTo(port(server));
  }

  @Case(
      id = "address.port.two-listeners",
      title = "two live listeners on one address: \"" + IN_USE + "\", whatever SO_REUSEADDR is",
      source = "FACTS, Sockets on Linux")
  void twoListeners(Net net) throws IOException {
    InetSocketAddress address = local(net.server().setOption(REUSEADDR, true).bind(net.anyPort()));
    ServerSocketChannel second = net.server().setOption(REUSEADDR, true);
    inUse(second, address);
  }

  private static void inUse(NetworkChannel channel, InetSocketAddress address) {
    Expect.thrown(BindException.class, IN_USE, () -> channel.bind(address));
  }

  @Case(
      id = "address.port.two-addresses",
      title = "127.0.0.1:p and 127.0.0.2:p coexist",
      source = "FACTS, Sockets on Linux",
      over = {IPV4, MAPPED})
  void twoAddresses(Net net) throws IOException {
    int port = port(net.listen());
    assertThat(port(net.server().bind(at("127.0.0.2", port)))).isEqualTo(port);
    int datagram = port(net.boundUdp());
    assertThat(port(net.udp().bind(at("127.0.0.2", datagram)))).isEqualTo(datagram);
  }

  @Case(
      id = "address.port.wildcard-then-specific",
      title = "the wildcard, then the loopback address with the same port: \"" + IN_USE + "\"",
      source = "FACTS, Sockets on Linux")
  void wildcardThenSpecific(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.wildcard(0));
    inUse(net.server(), net.loopback(port(server)));
    DatagramChannel datagram = net.udp().bind(net.wildcard(0));
    inUse(net.udp(), net.loopback(port(datagram)));
  }

  @Case(
      id = "address.port.specific-then-wildcard",
      title = "the loopback address, then the wildcard with the same port: \"" + IN_USE + "\"",
      source = "FACTS, Sockets on Linux")
  void specificThenWildcard(Net net) throws IOException {
    inUse(net.server(), net.wildcard(port(net.listen())));
    inUse(net.udp(), net.wildcard(port(net.boundUdp())));
  }

  @Case(
      id = "address.port.dual-stack-then-ipv4",
      title = "[::]:p, then 127.0.0.1:p: \"" + IN_USE + "\"",
      source = "FACTS 29; RFC 3493 3.7",
      over = {IPV6})
  void dualStackThenIpv4(Net net) throws IOException {
    inUse(net.server(), at("127.0.0.1", port(net.server().bind(at("::", 0)))));
    inUse(net.udp(), at("127.0.0.1", port(net.udp().bind(at("::", 0)))));
  }

  @Case(
      id = "address.port.two-families",
      title = "[::1]:p and 127.0.0.1:p coexist",
      source = "RFC 3493 3.7",
      over = {IPV6})
  void twoFamilies(Net net) throws IOException {
    int port = port(net.listen());
    assertThat(port(net.server().bind(at("127.0.0.1", port)))).isEqualTo(port);
  }

  @Case(
      id = "address.port.bound-client-blocks-listener",
      title = "a bound TCP channel that does not listen keeps its port",
      source = "FACTS, Sockets on Linux")
  void boundClientBlocks(Net net) throws IOException {
    inUse(net.server(), local(net.tcp().bind(net.anyPort())));
  }

  @Case(
      id = "address.port.connected-not-taken",
      title = "an accepted connection does not keep the port from a listener with SO_REUSEADDR",
      source = "FACTS, Sockets on Linux")
  void acceptedDoesNotBlock(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    InetSocketAddress address = local(server);
    net.pair(server);
    server.close();
    assertThat(net.server().bind(address).getLocalAddress()).isEqualTo(address);
  }

  @Case(
      id = "address.port.udp-taken",
      title = "two datagram channels on one port: \"" + IN_USE + "\"",
      source = "FACTS, Sockets on Linux")
  void udpTaken(Net net) throws IOException {
    inUse(net.udp(), local(net.boundUdp()));
  }

  @Case(
      id = "address.port.udp-reuse-one-side",
      title = "SO_REUSEADDR on one of two datagram channels only: \"" + IN_USE + "\"",
      source = "FACTS, Sockets on Linux")
  void udpReuseOneSide(Net net) throws IOException {
    inUse(net.udp().setOption(REUSEADDR, true), local(net.boundUdp()));
    DatagramChannel reusing = net.udp().setOption(REUSEADDR, true).bind(net.anyPort());
    inUse(net.udp(), local(reusing));
  }

  @Case(
      id = "address.port.udp-reuse-both",
      title = "with SO_REUSEADDR on both, two datagram channels share a port",
      source = "FACTS, Sockets on Linux")
  void udpReuseBoth(Net net) throws IOException {
    DatagramChannel one = net.udp().setOption(REUSEADDR, true).bind(net.anyPort());
    DatagramChannel two = net.udp().setOption(REUSEADDR, true).bind(local(one));
    assertThat(local(two)).isEqualTo(local(one));
  }

  @Case(
      id = "address.port.reuse-port-one-side",
      title = "SO_REUSEPORT on one of two listeners only: \"" + IN_USE + "\"",
      source = "FACTS, Sockets on Linux")
  void reusePortOneSide(Net net) throws IOException {
    inUse(net.server().setOption(REUSEPORT, true), local(net.listen()));
  }

  @Case(
      id = "address.port.reuse-port-udp",
      title = "with SO_REUSEPORT on both, two datagram channels share a port",
      source = "FACTS, Sockets on Linux")
  void reusePortUdp(Net net) throws IOException {
    DatagramChannel one = net.udp().setOption(REUSEPORT, true).bind(net.anyPort());
    assertThat(local(net.udp().setOption(REUSEPORT, true).bind(local(one)))).isEqualTo(local(one));
  }

  @Case(
      id = "address.port.one-space",
      title = "channels, sockets and asynchronous channels take the ports from each other",
      source = "FACTS, Sockets on Linux")
  void oneSpace(Net net) throws IOException {
    InetSocketAddress channel = local(net.listen());
    ServerSocket socket = net.serverSocket();
    Expect.thrown(BindException.class, IN_USE, () -> socket.bind(channel));
    AsynchronousServerSocketChannel asynchronous =
        net.track(net.asynchronous().openAsynchronousServerSocketChannel(null));
    Expect.thrown(BindException.class, IN_USE, () -> asynchronous.bind(channel));
    socket.bind(net.anyPort());
    InetSocketAddress taken = net.loopback(socket.getLocalPort());
    Expect.thrown(BindException.class, IN_USE, () -> net.server().bind(taken));
    Expect.thrown(BindException.class, IN_USE, () -> asynchronous.bind(taken));
    asynchronous.bind(net.anyPort());
    Expect.thrown(BindException.class, IN_USE, () -> net.server().bind(local(asynchronous)));

    InetSocketAddress datagrams = local(net.boundUdp());
    Expect.thrown(BindException.class, IN_USE, () -> net.datagramSocket(datagrams));
    int other = net.datagramSocket(net.anyPort()).getLocalPort();
    Expect.thrown(BindException.class, IN_USE, () -> net.udp().bind(net.loopback(other)));
  }

  @Case(
      id = "address.port.free-after-close",
      title = "a port is free as soon as its channel is closed",
      source = "NetworkChannel.bind Javadoc; RFC 9293 3.10.4")
  void freeAfterClose(Net net) throws IOException {
    DatagramChannel datagram = net.boundUdp();
    InetSocketAddress address = local(datagram);
    datagram.close();
    assertThat(local(net.udp().bind(address))).isEqualTo(address);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class SocketOptionTest {
  @Case(
      id = "plain.option.defaults",
      title = "a new socket has the defaults that everybody knows",
      source = "Socket Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void defaults(Net net) throws IOException {
    Socket socket = net.socket();
    assertThat(socket.getTcpNoDelay()).isFalse();
    assertThat(socket.getSoLinger()).isEqualTo(-1);
    assertThat(socket.getKeepAlive()).isFalse();
    assertThat(socket.getOOBInline()).isFalse();
    assertThat(socket.getReuseAddress()).isFalse();
    assertThat(socket.getTrafficClass()).isZero();
    assertThat(socket.getSoTimeout()).isZero();
    assertThat(socket.getSendBufferSize()).isPositive();
    assertThat(socket.getReceiveBufferSize()).isPositive();
  }

  @Case(
      id = "plain.option.set-get",
      title = "what is set is got",
      source = "Socket Javadoc",
      over = {IPV4, IPV6})
  void setGet(Net net) throws IOException {
    Socket socket = net.socket();
    socket.setTcpNoDelay(true);
    socket.setSoLinger(true, 5);
    socket.setKeepAlive(true);
    socket.setOOBInline(true);
    socket.setReuseAddress(true);
    socket.setTrafficClass(0x10);
    socket.setSoTimeout(1234);
    assertThat(socket.getTcpNoDelay()).isTrue();
    assertThat(socket.getSoLinger()).isEqualTo(5);
    assertThat(socket.getKeepAlive()).isTrue();
    assertThat(socket.getOOBInline()).isTrue();
    assertThat(socket.getReuseAddress()).isTrue();
    assertThat(socket.getTrafficClass()).isEqualTo(0x10);
    assertThat(socket.getSoTimeout()).isEqualTo(1234);
    socket.setSoLinger(false, 5);
    assertThat(socket.getSoLinger()).isEqualTo(-1);
    socket.setSoLinger(true, 100_000);
    assertThat(socket.getSoLinger()).isEqualTo(65_535);
  }

  @Case(
      id = "plain.option.by-name",
      title = "options by name are those of the getters",
      source = "Socket.setOption Javadoc",
      over = {IPV4, IPV6})
  void byName(Net net) throws IOException {
    Socket socket = net.socket();
    assertThat(socket.setOption(StandardSocketOptions.TCP_NODELAY, true)).isSameAs(socket);
    assertThat(socket.getTcpNoDelay()).isTrue();
    socket.setOption(StandardSocketOptions.SO_LINGER, 7);
    assertThat(socket.getSoLinger()).isEqualTo(7);
    socket.setKeepAlive(true);
    assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
    assertThat(socket.supportedOptions())
        .contains(
            StandardSocketOptions.SO_SNDBUF,
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_LINGER,
            StandardSocketOptions.SO_KEEPALIVE,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.IP_TOS,
            StandardSocketOptions.TCP_NODELAY)
        .doesNotContain(StandardSocketOptions.IP_MULTICAST_TTL);
  }

  @Case(
      id = "plain.option.illegal",
      title = "values that an option cannot have: IllegalArgumentException",
      source = "Socket Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void illegal(Net net) throws IOException {
    Socket socket = net.socket();
    Class<IllegalArgumentException> illegal = IllegalArgumentException.class;
    Expect.thrown(illegal, "invalid value for SO_LINGER", () -> socket.setSoLinger(true, -1));
    Expect.thrown(illegal, "timeout can't be negative", () -> socket.setSoTimeout(-1));
    Expect.thrown(illegal, () -> socket.setSendBufferSize(0));
    Expect.thrown(illegal, () -> socket.setReceiveBufferSize(0));
    Expect.thrown(illegal, "tc is not in range 0 -- 255", () -> socket.setTrafficClass(256));
  }

  @Case(
      id = "plain.option.unsupported",
      title = "an option of another kind of socket: UnsupportedOperationException",
      source = "Socket.setOption Javadoc",
      over = {IPV4, IPV6})
  void unsupported(Net net) throws IOException {
    Socket socket = net.socket();
    Class<UnsupportedOperationException> unsupported = UnsupportedOperationException.class;
    SocketOption<Integer> ttl = StandardSocketOptions.IP_MULTICAST_TTL;
    Expect.thrown(unsupported, "'IP_MULTICAST_TTL' not supported", () -> socket.setOption(ttl, 1));
    Expect.thrown(unsupported, "'IP_MULTICAST_TTL' not supported", () -> socket.getOption(ttl));
    Expect.thrown(NullPointerException.class, () -> socket.getOption(null));
  }

  @Case(
      id = "plain.option.buffers",
      title = "buffer sizes follow what is asked for",
      source = "Socket.setReceiveBufferSize Javadoc",
      over = {IPV4, IPV6})
  void buffers(Net net) throws IOException {
    Socket socket = net.socket();
    socket.setSendBufferSize(20_000);
    socket.setReceiveBufferSize(30_000);
    assertThat(socket.getSendBufferSize()).isGreaterThanOrEqualTo(20_000);
    assertThat(socket.getReceiveBufferSize()).isGreaterThanOrEqualTo(30_000);
  }

  @Case(
      id = "plain.option.server",
      title = "a server socket reuses addresses, and has a timeout and a receive buffer",
      source = "ServerSocket Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void server(Net net) throws IOException {
    ServerSocket server = net.serverSocket();
    assertThat(server.getReuseAddress()).isTrue();
    assertThat(server.getSoTimeout()).isZero();
    server.setReceiveBufferSize(30_000);
    assertThat(server.getReceiveBufferSize()).isGreaterThanOrEqualTo(30_000);
    server.setReuseAddress(false);
    assertThat(server.getReuseAddress()).isFalse();
    assertThat(server.supportedOptions())
        .contains(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_REUSEADDR)
        .doesNotContain(StandardSocketOptions.SO_LINGER);
    Expect.thrown(
        UnsupportedOperationException.class,
        "'SO_LINGER' not supported",
        () -> server.setOption(StandardSocketOptions.SO_LINGER, 1));
    Expect.thrown(IllegalArgumentException.class, () -> server.setSoTimeout(-1));
    Expect.thrown(IllegalArgumentException.class, () -> server.setReceiveBufferSize(0));
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.wire.IpAddress;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketDiagnosisTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private static int port(java.nio.channels.NetworkChannel channel) throws Exception {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static List<KernelSocket> at(Protocol protocol, int port) throws Exception {
    try (SocketDiagnosis diagnosis = SocketDiagnosis.open()) {
      return diagnosis.sockets(protocol, SocketDiagnosis.ALL_STATES).stream()
          .filter(s -> s.localPort() == port)
          .toList();
    }
  }

  @Test
  void aListenerTellsItsBacklogItsUserAndWhoHasIt() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
      server.bind(new InetSocketAddress(LOOPBACK, 0), 7);
      try (SocketChannel _ = SocketChannel.open(server.getLocalAddress())) {
        KernelSocket listener =
            at(Protocol.TCP, port(server)).stream()
                .filter(KernelSocket::isListening)
                .findFirst()
                .orElseThrow();

        assertThat(listener.state()).isEqualTo(KernelSocket.LISTEN);
        assertThat(listener.local()).isEqualTo(IpAddress.IPV4_LOOPBACK);
        assertThat(listener.ipv6()).isFalse();
        assertThat(listener.sendQueue()).isEqualTo(7);
        assertThat(listener.receiveQueue()).isEqualTo(1);
        assertThat(listener.user())
            .isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        assertThat(inodes()).contains(listener.inode());
      }
    }
  }

  /** The sockets of this process, by the numbers that its descriptors lead to. */
  private static List<Long> inodes() throws Exception {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(
              each -> {
                try {
                  return Files.readSymbolicLink(each).toString();
                } catch (java.io.IOException e) {
                  return "";
                }
              })
          .filter(link -> link.startsWith("socket:["))
          .map(link -> Long.parseLong(link.substring(8, link.length() - 1)))
          .toList();
    }
  }

  @Test
  void aConnectionTellsWhatTcpKnowsAndEndsInTimeWait() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
      server.bind(new InetSocketAddress(LOOPBACK, 0));
      SocketChannel client = SocketChannel.open(server.getLocalAddress());
      try (client;
          SocketChannel accepted = server.accept()) {
        int written = client.write(ByteBuffer.allocate(1000));
        KernelSocket end = at(Protocol.TCP, port(client)).getFirst();

        assertThat(written).isEqualTo(1000);
        assertThat(end.state()).isEqualTo(KernelSocket.ESTABLISHED);
        assertThat(end.remotePort()).isEqualTo(port(server));
        assertThat(end.tcp()).isNotNull();
        assertThat(end.tcp().state()).isEqualTo(1);
        assertThat(end.tcp().bytesSent()).isEqualTo(1000);
        assertThat(end.tcp().rtt()).isPositive();
        assertThat(end.tcp().sndMss()).isGreaterThan(500);
        assertThat(end.congestion()).isNotEmpty();
        assertThat(end.memory()).isNotNull();
        assertThat(end.memory().sendBuffer()).isPositive();
        KernelSocket other =
            at(Protocol.TCP, port(server)).stream()
                .filter(s -> s.remotePort() == end.localPort())
                .findFirst()
                .orElseThrow();
        assertThat(other.receiveQueue()).isEqualTo(1000);
        int local = port(client);
        assertThat(accepted.read(ByteBuffer.allocate(1000))).isEqualTo(1000);
        client.shutdownOutput();
        assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        accepted.close();
        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        client.close();

        KernelSocket rest = at(Protocol.TCP, local).getFirst();
        assertThat(rest.state()).isEqualTo(KernelSocket.TIME_WAIT);
        assertThat(rest.inode()).isZero();
        assertThat(rest.timer()).isEqualTo(3);
        assertThat(rest.timerMillis()).isBetween(1L, 60_000L);
      }
    }
  }

  @Test
  void aDatagramSocketOfBothFamiliesTellsThatItTakesBoth() throws Exception {
    try (DatagramChannel both = DatagramChannel.open().bind(new InetSocketAddress(0))) {
      KernelSocket socket = at(Protocol.UDP, port(both)).getFirst();

      assertThat(socket.isListening()).isTrue();
      assertThat(socket.local().isAny()).isTrue();
      assertThat(socket.ipv6Only()).isFalse();
    }
  }
}

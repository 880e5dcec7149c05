// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.transport.info.TcpInfo;

/** On the machine's own loopback, which needs no privilege; reno is in every kernel. */
@Timeout(60)
class KernelTcpTest {
  private static final int LISTEN = 10;

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void bothEndsOfAConnectionInOneProcessAreToldApart(String address) throws Exception {
    try (ServerSocketChannel server =
            ServerSocketChannel.open().bind(new InetSocketAddress(address, 0));
        SocketChannel client = SocketChannel.open(server.getLocalAddress());
        SocketChannel accepted = server.accept()) {
      String before = KernelTcp.of(accepted).congestionControl();
      KernelTcp.of(client).setCongestionControl("reno");

      assertThat(KernelTcp.of(client).congestionControl()).isEqualTo("reno");
      assertThat(KernelTcp.of(accepted).congestionControl()).isEqualTo(before);

      client.write(ByteBuffer.allocate(1000));
      ByteBuffer got = ByteBuffer.allocate(1000);
      while (got.hasRemaining() && accepted.read(got) >= 0) {}
      TcpInfo ours = KernelTcp.of(client).info();
      assertThat(ours.state()).isEqualTo(1);
      assertThat(ours.bytesSent()).isEqualTo(1000);
      assertThat(KernelTcp.of(accepted).info().bytesReceived()).isEqualTo(1000);
      assertThat(ours.options() & TcpInfo.OPTION_SACK).isNotZero();
      assertThat(ours.sndWscale()).isPositive();
    }
  }

  @Test
  void aListenerHandsItsChoiceOnAndAClientChoosesBeforeItConnects() throws Exception {
    try (ServerSocket server = new ServerSocket(0);
        Socket client = new Socket()) {
      KernelTcp.of(server).setCongestionControl("reno");
      assertThat(KernelTcp.of(server).info().state()).isEqualTo(LISTEN);
      client.bind(new InetSocketAddress("127.0.0.1", 0));
      KernelTcp.of(client).setCongestionControl("reno");
      client.connect(new InetSocketAddress("127.0.0.1", server.getLocalPort()));
      try (Socket accepted = server.accept()) {
        assertThat(KernelTcp.of(accepted).congestionControl()).isEqualTo("reno");
        assertThat(KernelTcp.of(client).congestionControl()).isEqualTo("reno");
      }
    }
  }

  @Test
  void whatCannotBeFoundOrChosenIsTold() throws Exception {
    SocketChannel channel = SocketChannel.open();
    assertThatThrownBy(() -> KernelTcp.of(channel)).isInstanceOf(IllegalStateException.class);
    channel.bind(new InetSocketAddress("127.0.0.1", 0));
    KernelTcp tcp = KernelTcp.of(channel);
    assertThatThrownBy(() -> tcp.setCongestionControl("nosuch"))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT.number()))
        .hasMessageContaining("nosuch");
    assertThatThrownBy(() -> tcp.setCongestionControl("a name that is too long"))
        .isInstanceOf(IllegalArgumentException.class);
    channel.close();
    assertThatThrownBy(() -> KernelTcp.of(channel)).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aSocketOfAStackIsNoneOfTheKernels() throws IOException {
    try (org.loopstack.Stack stack = org.loopstack.Stack.create();
        ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel()) {
      server.bind(new InetSocketAddress("127.0.0.1", 8080));
      assertThatThrownBy(() -> KernelTcp.of(server)).isInstanceOf(ClosedChannelException.class);
    }
  }
}

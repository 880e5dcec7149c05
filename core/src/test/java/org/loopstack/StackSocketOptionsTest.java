// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.VirtualClock;
import org.loopstack.transport.info.TcpInfo;
import org.loopstack.transport.info.TcpReport;

/** The options that the JDK has no constant for, and the profiles, through the channels. */
class StackSocketOptionsTest {
  private static Stack stack(StackConfiguration configuration) {
    return Stack.create(configuration.toBuilder().clock(new VirtualClock()).build());
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static SocketChannel connect(Stack stack, ServerSocketChannel server) throws IOException {
    SocketChannel client = stack.selectorProvider().openSocketChannel();
    boolean connected = client.connect(server.getLocalAddress());
    assertThat(connected).isTrue();
    return client;
  }

  @Tag("RFC9293-MUST-51")
  @Tag("RFC9293-MUST-47")
  @Test
  void channelsTakeIpOptionsAndReports() throws IOException {
    try (Stack stack = stack(StackConfiguration.linux());
        SocketChannel client = stack.selectorProvider().openSocketChannel()) {
      byte[] route = {(byte) 131, 7, 4, 10, 0, 0, 7};
      client.setOption(StackSocketOptions.IP_OPTIONS, route);
      assertThat(client.getOption(StackSocketOptions.IP_OPTIONS)).startsWith(route).hasSize(8);
      TcpReport.Listener listener = report -> {};
      client.setOption(StackSocketOptions.TCP_REPORTS, listener);
      assertThat(client.getOption(StackSocketOptions.TCP_REPORTS)).isSameAs(listener);
    }
  }

  @Test
  void channelsTakeThemAndTellOfThem() throws IOException {
    try (Stack stack = stack(StackConfiguration.linux());
        ServerSocketChannel server =
            stack.selectorProvider().openServerSocketChannel().bind(loopback(80));
        SocketChannel client = connect(stack, server)) {
      assertThat(client.supportedOptions())
          .contains(StackSocketOptions.TCP_INFO, StackSocketOptions.TCP_CORK);
      assertThat(client.setOption(StackSocketOptions.TCP_CORK, true)).isSameAs(client);
      assertThat(client.write(ByteBuffer.allocate(10))).isEqualTo(10);
      TcpInfo info = client.getOption(StackSocketOptions.TCP_INFO);
      assertThat(info.state()).isEqualTo(1);
      assertThat(info.notsentBytes()).isEqualTo(10);
      assertThat(info.options())
          .isEqualTo(TcpInfo.OPTION_TIMESTAMPS | TcpInfo.OPTION_SACK | TcpInfo.OPTION_WSCALE);
      assertThatThrownBy(() -> client.setOption(StackSocketOptions.TCP_CONGESTION, "vegas"))
          .isInstanceOf(SocketException.class)
          .hasMessage("No such file or directory");
      assertThatThrownBy(() -> client.setOption(StackSocketOptions.TCP_MAXSEG, 1))
          .isInstanceOf(SocketException.class)
          .hasMessage("Invalid argument");
      assertThatThrownBy(() -> client.setOption(StackSocketOptions.TCP_INFO, info))
          .isInstanceOf(SocketException.class)
          .hasMessage("Protocol not available");
    }
  }

  @Test
  void aDatagramChannelHasNoneOfTcp() throws IOException {
    try (Stack stack = stack(StackConfiguration.linux());
        DatagramChannel channel = stack.selectorProvider().openDatagramChannel()) {
      assertThatThrownBy(() -> channel.setOption(StackSocketOptions.TCP_CORK, true))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> channel.getOption(StackSocketOptions.TCP_INFO))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void twoEndsOfFreebsdTalk() throws IOException {
    StackConfiguration configuration = StackConfiguration.freebsd();
    assertThat(configuration.toBuilder().build().maximumBacklog()).isEqualTo(128);
    try (Stack stack = stack(configuration.toBuilder().robustResets(false).build());
        ServerSocketChannel server =
            stack.selectorProvider().openServerSocketChannel().bind(loopback(80));
        SocketChannel client = connect(stack, server);
        SocketChannel accepted = server.accept()) {
      assertThat(((InetSocketAddress) client.getLocalAddress()).getPort())
          .isBetween(10_000, 65_535);
      assertThat(client.write(ByteBuffer.allocate(10))).isEqualTo(10);
      assertThat(accepted.read(ByteBuffer.allocate(20))).isEqualTo(10);
      assertThat(client.getOption(StackSocketOptions.TCP_INFO).rcvWscale()).isEqualTo(6);
    }
  }
}

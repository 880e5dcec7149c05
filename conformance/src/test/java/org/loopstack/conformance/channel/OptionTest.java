// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Family;
import org.loopstack.conformance.Net;

class OptionTest {
  private static final Set<SocketOption<?>> STREAM =
      Set.of(
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.TCP_NODELAY);
  private static final Set<SocketOption<?>> DATAGRAM =
      Set.of(
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_BROADCAST,
          StandardSocketOptions.IP_TOS,
          StandardSocketOptions.IP_MULTICAST_IF,
          StandardSocketOptions.IP_MULTICAST_TTL,
          StandardSocketOptions.IP_MULTICAST_LOOP);

  @Case(
      id = "channel.option.supported",
      title = "the options that the Javadoc demands are supported",
      source = "SocketChannel, ServerSocketChannel, DatagramChannel Javadoc")
  void supported(Net net) throws IOException {
    assertThat(net.tcp().supportedOptions()).containsAll(STREAM);
    assertThat(net.server().supportedOptions())
        .contains(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_REUSEADDR);
    assertThat(net.udp().supportedOptions()).containsAll(DATAGRAM);
  }

  @Case(
      id = "channel.option.reuse-port",
      title = "SO_REUSEPORT is supported by all three",
      source = "FACTS, Sockets on Linux")
  void reusePortSupported(Net net) throws IOException {
    assertThat(net.tcp().supportedOptions()).contains(StandardSocketOptions.SO_REUSEPORT);
    assertThat(net.server().supportedOptions()).contains(StandardSocketOptions.SO_REUSEPORT);
    assertThat(net.udp().supportedOptions()).contains(StandardSocketOptions.SO_REUSEPORT);
  }

  @Case(
      id = "channel.option.readable",
      title = "the value of every supported option can be read",
      source = "NetworkChannel.getOption Javadoc")
  void readable(Net net) throws IOException {
    for (NetworkChannel channel : new NetworkChannel[] {net.tcp(), net.server(), net.udp()}) {
      for (SocketOption<?> option : channel.supportedOptions()) {
        Object value = channel.getOption(option);
        assertThat(value == null || option.type().isInstance(value)).as(option.name()).isTrue();
      }
    }
  }

  @Case(
      id = "channel.option.defaults",
      title = "the defaults of the Boolean options and of SO_LINGER",
      source = "StandardSocketOptions Javadoc; RFC 9293 3.7.4")
  void defaults(Net net) throws IOException {
    SocketChannel stream = net.tcp();
    assertThat(stream.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
    assertThat(stream.getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
    assertThat(stream.getOption(StandardSocketOptions.SO_REUSEADDR)).isFalse();
    assertThat(stream.getOption(StandardSocketOptions.SO_LINGER)).isNegative();
    DatagramChannel datagram = net.udp();
    assertThat(datagram.getOption(StandardSocketOptions.SO_BROADCAST)).isFalse();
    assertThat(datagram.getOption(StandardSocketOptions.SO_REUSEADDR)).isFalse();
  }

  @Case(
      id = "channel.option.server-reuses",
      title = "a new listening channel has SO_REUSEADDR on",
      source = "seen on JDK 25")
  void serverReuses(Net net) throws IOException {
    assertThat(net.server().getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
  }

  @Case(
      id = "channel.option.multicast-defaults",
      title = "multicast: TTL 1, loop on, no interface",
      source = "StandardSocketOptions Javadoc; RFC 1112 6.1")
  void multicastDefaults(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(1);
    assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_LOOP)).isTrue();
    assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_IF)).isNull();
  }

  @Case(
      id = "channel.option.set-get",
      title = "what was set is read again",
      source = "NetworkChannel.setOption Javadoc")
  void setGet(Net net) throws IOException {
    SocketChannel stream = net.tcp();
    same(stream, StandardSocketOptions.TCP_NODELAY, true);
    same(stream, StandardSocketOptions.SO_KEEPALIVE, true);
    same(stream, StandardSocketOptions.SO_REUSEADDR, true);
    same(stream, StandardSocketOptions.SO_LINGER, 5);
    DatagramChannel datagram = net.udp();
    same(datagram, StandardSocketOptions.SO_BROADCAST, true);
    same(datagram, StandardSocketOptions.SO_REUSEADDR, true);
    same(datagram, StandardSocketOptions.IP_MULTICAST_TTL, 0);
    same(datagram, StandardSocketOptions.IP_MULTICAST_TTL, 255);
    same(datagram, StandardSocketOptions.IP_MULTICAST_LOOP, false);
    same(datagram, StandardSocketOptions.IP_MULTICAST_IF, net.lo());
  }

  private static <T> void same(NetworkChannel channel, SocketOption<T> option, T value)
      throws IOException {
    assertThat(channel.setOption(option, value)).isSameAs(channel);
    assertThat(channel.getOption(option)).as(option.name()).isEqualTo(value);
  }

  @Case(
      id = "channel.option.buffer-sizes",
      title = "buffer sizes of 20,000 and 30,000 are read as they were set",
      source = "StandardSocketOptions.SO_RCVBUF Javadoc; seen on Linux 6.18")
  void bufferSizes(Net net) throws IOException {
    SocketChannel stream = net.tcp();
    same(stream, StandardSocketOptions.SO_RCVBUF, 20_000);
    same(stream, StandardSocketOptions.SO_SNDBUF, 30_000);
    DatagramChannel datagram = net.udp();
    same(datagram, StandardSocketOptions.SO_RCVBUF, 20_000);
    same(datagram, StandardSocketOptions.SO_SNDBUF, 30_000);
    same(net.server(), StandardSocketOptions.SO_RCVBUF, 20_000);
  }

  @Case(
      id = "channel.option.server-buffer",
      title = "accepted channels inherit SO_RCVBUF from the listener",
      source = "ServerSocket.setReceiveBufferSize Javadoc")
  void serverBuffer(Net net) throws IOException {
    ServerSocketChannel server = net.server();
    server.setOption(StandardSocketOptions.SO_RCVBUF, 20_000).bind(net.anyPort());
    assertThat(net.pair(server).server().getOption(StandardSocketOptions.SO_RCVBUF))
        .isEqualTo(20_000);
  }

  @Case(
      id = "channel.option.linger-range",
      title = "a negative SO_LINGER switches it off, one above 65,535 is cut to that",
      source = "StandardSocketOptions.SO_LINGER Javadoc; seen on JDK 25")
  void lingerRange(Net net) throws IOException {
    SocketChannel stream = net.tcp();
    stream.setOption(StandardSocketOptions.SO_LINGER, 70_000);
    assertThat(stream.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(65_535);
    stream.setOption(StandardSocketOptions.SO_LINGER, -5);
    assertThat(stream.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
  }

  @Case(
      id = "channel.option.illegal-values",
      title = "a value out of range: IllegalArgumentException",
      source = "NetworkChannel.setOption Javadoc")
  void illegalValues(Net net) throws IOException {
    illegal(net.tcp(), StandardSocketOptions.SO_SNDBUF, -1);
    illegal(net.tcp(), StandardSocketOptions.SO_RCVBUF, -1);
    illegal(net.server(), StandardSocketOptions.SO_RCVBUF, -1);
    illegal(net.udp(), StandardSocketOptions.IP_MULTICAST_TTL, 256);
    illegal(net.udp(), StandardSocketOptions.IP_MULTICAST_TTL, -1);
    illegal(net.udp(), StandardSocketOptions.IP_TOS, 256);
    illegal(net.tcp(), StandardSocketOptions.IP_TOS, -1);
  }

  private static <T> void illegal(NetworkChannel channel, SocketOption<T> option, T value) {
    Expect.thrown(IllegalArgumentException.class, () -> channel.setOption(option, value));
  }

  @Case(
      id = "channel.option.unsupported",
      title = "an option of another kind of channel: UnsupportedOperationException",
      source = "NetworkChannel.setOption Javadoc")
  void unsupported(Net net) throws IOException {
    unsupported(net.tcp(), StandardSocketOptions.SO_BROADCAST, true);
    unsupported(net.server(), StandardSocketOptions.TCP_NODELAY, true);
    unsupported(net.server(), StandardSocketOptions.IP_TOS, 1);
    unsupported(net.udp(), StandardSocketOptions.SO_LINGER, 1);
  }

  private static <T> void unsupported(NetworkChannel channel, SocketOption<T> option, T value) {
    Class<UnsupportedOperationException> expected = UnsupportedOperationException.class;
    Expect.thrown(expected, () -> channel.setOption(option, value));
    Expect.thrown(expected, () -> channel.getOption(option));
  }

  @Case(
      id = "channel.option.closed",
      title = "options of a closed channel: ClosedChannelException, supportedOptions still works",
      source = "NetworkChannel.getOption Javadoc")
  void closed(Net net) throws IOException {
    for (NetworkChannel channel : new NetworkChannel[] {net.tcp(), net.server(), net.udp()}) {
      channel.close();
      SocketOption<Boolean> option = StandardSocketOptions.SO_REUSEADDR;
      Expect.thrown(ClosedChannelException.class, () -> channel.getOption(option));
      Expect.thrown(ClosedChannelException.class, () -> channel.setOption(option, true));
      assertThat(channel.supportedOptions()).contains(option);
    }
  }

  @Case(
      id = "channel.option.tos",
      title = "IP_TOS is read as it was set",
      source = "StandardSocketOptions.IP_TOS Javadoc",
      over = {Family.IPV4})
  void tos(Net net) throws IOException {
    same(net.tcp(), StandardSocketOptions.IP_TOS, 0x28);
    same(net.udp(), StandardSocketOptions.IP_TOS, 0x28);
  }

  @Case(
      id = "channel.option.keep-alive-times",
      title = "TCP_KEEPIDLE, TCP_KEEPINTERVAL and TCP_KEEPCOUNT: 7,200, 75, 9, and can be set",
      source = "ExtendedSocketOptions Javadoc; RFC 9293 3.8.4")
  void keepAliveTimes(Net net) throws IOException {
    SocketChannel stream = net.tcp();
    assertThat(stream.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(7_200);
    assertThat(stream.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(75);
    assertThat(stream.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(9);
    same(stream, ExtendedSocketOptions.TCP_KEEPIDLE, 100);
    same(stream, ExtendedSocketOptions.TCP_KEEPINTERVAL, 10);
    same(stream, ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
  }
}

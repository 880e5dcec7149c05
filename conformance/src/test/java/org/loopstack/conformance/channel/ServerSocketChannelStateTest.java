// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class ServerSocketChannelStateTest {
  @Case(
      id = "channel.server.not-bound",
      title = "accept on an unbound channel: NotYetBoundException",
      source = "ServerSocketChannel.accept Javadoc")
  void notBound(Net net) throws IOException {
    ServerSocketChannel server = net.server();
    Expect.thrown(NotYetBoundException.class, server::accept);
    server.configureBlocking(false);
    Expect.thrown(NotYetBoundException.class, server::accept);
  }

  @Case(
      id = "channel.server.closed",
      title = "every operation on a closed listening channel: ClosedChannelException",
      source = "ServerSocketChannel Javadoc")
  void closed(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    server.close();
    Class<ClosedChannelException> expected = ClosedChannelException.class;
    Expect.thrown(expected, server::accept);
    Expect.thrown(expected, () -> server.bind(null));
    Expect.thrown(expected, server::getLocalAddress);
    Expect.thrown(expected, () -> server.configureBlocking(false));
    Expect.thrown(expected, () -> server.register(net.selector(), SelectionKey.OP_ACCEPT));
  }

  @Case(
      id = "channel.server.register-ops",
      title = "registering a listening channel for reading: IllegalArgumentException",
      source = "SelectableChannel.register Javadoc")
  void registerOps(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    server.configureBlocking(false);
    Expect.thrown(
        IllegalArgumentException.class,
        () -> server.register(net.selector(), SelectionKey.OP_READ));
  }

  @Case(
      id = "channel.server.backlog-zero",
      title = "a backlog of 0 or below means the default",
      source = "ServerSocketChannel.bind Javadoc")
  void backlogZero(Net net) throws IOException {
    for (int backlog : new int[] {0, -1}) {
      ServerSocketChannel server = net.server().bind(net.anyPort(), backlog);
      for (int i = 0; i < 10; i++) {
        assertThat(net.connect(Net.local(server)).isConnected()).isTrue();
      }
    }
  }
}

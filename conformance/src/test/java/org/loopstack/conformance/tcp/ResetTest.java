// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class ResetTest {
  private static void reset(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** Resets the pair's client and waits until the server's end has seen it. */
  private static void resetAndWait(Net net, Pair pair) throws IOException {
    Selector selector = net.selector();
    SelectionKey key = register(pair.server(), selector, SelectionKey.OP_WRITE);
    fill(pair.server());
    reset(pair.client());
    Wait.ready(selector, key, SelectionKey.OP_WRITE);
    key.cancel();
    selector.selectNow();
    pair.server().configureBlocking(true);
  }

  private static void fill(SocketChannel channel) throws IOException {
    long lastProgress = System.nanoTime();
    while (System.nanoTime() - lastProgress < Wait.QUIET_MILLIS * 1_000_000L) {
      if (channel.write(ByteBuffer.allocate(100_000)) > 0) {
        lastProgress = System.nanoTime();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  @Case(
      id = "tcp.reset.data-first",
      title = "data that arrived before a reset is read before \"Connection reset\"",
      source = "seen on Linux 6.18")
  void dataFirst(Net net) throws IOException {
    Pair pair = net.pair();
    Expect.write(pair.client(), "last words");
    resetAndWait(net, pair);
    Expect.read(pair.server(), "last words");
    Expect.thrown(
        SocketException.class,
        "Connection reset",
        () -> pair.server().read(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "tcp.reset.wakes-writer",
      title = "a reset ends a blocked write: IOException",
      source = "RFC 9293 3.10.7.4",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void wakesWriter(Net net) throws IOException {
    Pair pair = net.pair();
    Task<Integer> writer =
        net.start(
            () -> {
              ByteBuffer data = ByteBuffer.allocate(1 << 20);
              while (true) {
                pair.server().write(data.clear());
              }
            });
    writer.awaitBlocked();
    reset(pair.client());
    Expect.thrown(IOException.class, writer::join);
  }

  @Case(
      id = "tcp.reset.write-after-read",
      title = "after a read has thrown \"Connection reset\" a write throws \"Broken pipe\"",
      source = "seen on Linux 6.18")
  void writeAfterRead(Net net) throws IOException {
    Pair pair = net.pair();
    reset(pair.client());
    Expect.thrown(SocketException.class, () -> pair.server().read(ByteBuffer.allocate(1)));
    Expect.thrown(IOException.class, "Broken pipe", () -> pair.server().write(Expect.ascii("x")));
  }

  @Case(
      id = "tcp.reset.addresses-kept",
      title = "after a reset the channel still tells both addresses, and is connected to Java",
      source = "SocketChannel.getRemoteAddress Javadoc; seen on JDK 25")
  void addressesKept(Net net) throws IOException {
    Pair pair = net.pair();
    Object remote = pair.server().getRemoteAddress();
    reset(pair.client());
    Expect.thrown(SocketException.class, () -> pair.server().read(ByteBuffer.allocate(1)));
    assertThat(pair.server().getRemoteAddress()).isEqualTo(remote);
    assertThat(pair.server().isConnected()).isTrue();
  }

  @Case(
      id = "tcp.reset.port-free",
      title = "a reset leaves no TIME-WAIT: the same two ports connect again at once",
      source = "RFC 9293 3.10.7.4")
  void portFree(Net net) throws IOException {
    try (ServerSocketChannel server = net.listen()) {
      SocketChannel first = net.tcp().bind(net.anyPort());
      InetSocketAddress port = Net.local(first);
      first.connect(Net.local(server));
      SocketChannel accepted = net.accept(server);
      reset(first);
      Expect.thrown(SocketException.class, () -> accepted.read(ByteBuffer.allocate(1)));
      SocketChannel second = net.tcp().bind(port);
      assertThat(second.connect(Net.local(server))).isTrue();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
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

class CloseTest {
  @Case(
      id = "tcp.close.half",
      title = "after shutdownOutput the peer reads the end, and data still flows the other way",
      source = "RFC 9293 3.6; SocketChannel.shutdownOutput Javadoc")
  void halfClose(Net net) throws IOException {
    Pair pair = net.pair();
    Expect.write(pair.client(), "request");
    pair.client().shutdownOutput();
    Expect.read(pair.server(), "request");
    Expect.endOfStream(pair.server());
    Expect.write(pair.server(), "response");
    pair.server().close();
    Expect.read(pair.client(), "response");
    Expect.endOfStream(pair.client());
  }

  @Case(
      id = "tcp.close.write-after-shutdown",
      title = "writing after shutdownOutput: a ClosedChannelException, the channel stays open",
      source = "SocketChannel.shutdownOutput Javadoc (the JDK throws its subclass)")
  void writeAfterShutdown(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    client.shutdownOutput();
    assertThatThrownBy(() -> client.write(Expect.ascii("x")))
        .isInstanceOf(ClosedChannelException.class);
    assertThat(client.isOpen()).isTrue();
    assertThat(client.isConnected()).isTrue();
  }

  @Case(
      id = "tcp.close.shutdown-twice",
      title = "shutting a direction down twice has no effect",
      source = "SocketChannel.shutdownOutput Javadoc")
  void shutdownTwice(Net net) throws IOException {
    Pair pair = net.pair();
    pair.client().shutdownOutput().shutdownOutput();
    pair.client().shutdownInput().shutdownInput();
    Expect.endOfStream(pair.server());
  }

  @Case(
      id = "tcp.close.shutdown-input",
      title = "reading after shutdownInput returns -1",
      source = "SocketChannel.shutdownInput Javadoc")
  void shutdownInput(Net net) throws IOException {
    Pair pair = net.pair();
    pair.client().shutdownInput();
    Expect.endOfStream(pair.client());
    Expect.write(pair.client(), "still");
    Expect.read(pair.server(), "still");
  }

  @Case(
      id = "tcp.close.shutdown-input-wakes-reader",
      title = "shutdownInput wakes a blocked reader, which returns -1",
      source = "SocketChannel.shutdownInput Javadoc",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void shutdownInputWakesReader(Net net) throws Exception {
    Pair pair = net.pair();
    Task<Integer> reader = net.start(() -> pair.client().read(ByteBuffer.allocate(1)));
    reader.awaitBlocked();
    pair.client().shutdownInput();
    assertThat(reader.join()).isEqualTo(-1);
  }

  @Case(
      id = "tcp.close.end-of-stream",
      title = "data written before close is read, then -1, as often as asked",
      source = "RFC 9293 3.10.4; SocketChannel.read Javadoc")
  void endOfStream(Net net) throws IOException {
    Pair pair = net.pair();
    Expect.write(pair.client(), "goodbye");
    pair.client().close();
    Expect.read(pair.server(), "goodbye");
    Expect.endOfStream(pair.server());
    Expect.endOfStream(pair.server());
  }

  @Case(
      id = "tcp.close.fin-at-close",
      title = "the peer sees the end at close, though the key is still in its selector",
      source = "SelectableChannel.close, JAVA.md")
  void finAtClose(Net net) throws IOException {
    Pair pair = net.pair();
    Selector selector = net.selector();
    register(pair.client(), selector, SelectionKey.OP_READ);
    pair.client().close();
    Expect.endOfStream(pair.server());
  }

  @Case(
      id = "tcp.close.both",
      title = "both ends shut down at the same time and both read the end",
      source = "RFC 9293 3.6, figure 13")
  void simultaneous(Net net) throws Exception {
    Pair pair = net.pair();
    Task<SocketChannel> other = net.start(pair.server()::shutdownOutput);
    pair.client().shutdownOutput();
    other.join();
    Expect.endOfStream(pair.client());
    Expect.endOfStream(pair.server());
  }

  @Case(
      id = "tcp.close.unread-resets",
      title = "closing with unread data resets: the peer reads \"Connection reset\"",
      source = "RFC 9293 3.6; RFC 1122 4.2.2.13")
  void unreadResets(Net net) throws IOException {
    Pair pair = net.pair();
    Expect.write(pair.client(), "never read");
    Wait.until("the data has arrived", () -> available(pair.server()) > 0);
    pair.server().close();
    Expect.thrown(
        SocketException.class,
        "Connection reset",
        () -> pair.client().read(ByteBuffer.allocate(1)));
  }

  private static int available(SocketChannel channel) throws IOException {
    return channel.socket().getInputStream().available();
  }

  @Case(
      id = "tcp.close.linger-zero-resets",
      title = "closing with SO_LINGER 0 resets: the peer reads \"Connection reset\"",
      source = "RFC 9293 3.10.5; StandardSocketOptions.SO_LINGER Javadoc")
  void lingerZero(Net net) throws IOException {
    Pair pair = net.pair();
    reset(pair.client());
    Expect.thrown(
        SocketException.class,
        "Connection reset",
        () -> pair.server().read(ByteBuffer.allocate(1)));
  }

  private static void reset(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  @Case(
      id = "tcp.close.reset-again",
      title = "after a reset every read throws \"Connection reset\" and the channel stays open",
      source = "seen on JDK 25")
  void resetAgain(Net net) throws IOException {
    Pair pair = net.pair();
    reset(pair.client());
    for (int i = 0; i < 2; i++) {
      Expect.thrown(
          SocketException.class,
          "Connection reset",
          () -> pair.server().read(ByteBuffer.allocate(1)));
    }
    assertThat(pair.server().isOpen()).isTrue();
  }

  @Case(
      id = "tcp.close.reset-wakes-reader",
      title = "a reset wakes a blocked reader with \"Connection reset\"",
      source = "RFC 9293 3.10.7.4",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void resetWakesReader(Net net) throws IOException {
    Pair pair = net.pair();
    Task<Integer> reader = net.start(() -> pair.server().read(ByteBuffer.allocate(1)));
    reader.awaitBlocked();
    reset(pair.client());
    Expect.thrown(SocketException.class, "Connection reset", reader::join);
  }

  @Case(
      id = "tcp.close.reset-readable",
      title = "a reset makes the key readable and writable",
      source = "SelectionKey.OP_READ Javadoc")
  void resetReadable(Net net) throws IOException {
    Pair pair = net.pair();
    Selector selector = net.selector();
    int both = SelectionKey.OP_READ | SelectionKey.OP_WRITE;
    SelectionKey key = register(pair.server(), selector, both);
    reset(pair.client());
    Wait.ready(selector, key, both);
  }

  @Case(
      id = "tcp.close.broken-pipe",
      title = "writing on to a closed peer fails: IOException, \"Broken pipe\"",
      source = "RFC 9293 3.6; RFC 1122 4.2.2.13")
  void brokenPipe(Net net) throws IOException {
    Pair pair = net.pair();
    pair.server().close();
    Expect.endOfStream(pair.client());
    Expect.write(pair.client(), "answered by a reset");
    Expect.thrown(IOException.class, "Broken pipe", () -> writeForever(pair.client()));
  }

  private static void writeForever(SocketChannel channel) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(1);
    for (int i = 0; i < 100_000; i++) {
      channel.write(data.clear());
    }
  }

  @Case(
      id = "tcp.close.reset-then-write",
      title = "the first write after a reset fails: IOException, \"Connection reset by peer\"",
      source = "seen on Linux 6.18")
  void writeAfterReset(Net net) throws IOException {
    Pair pair = net.pair();
    Selector selector = net.selector();
    SelectionKey key = register(pair.server(), selector, SelectionKey.OP_READ);
    reset(pair.client());
    Wait.ready(selector, key, SelectionKey.OP_READ);
    Expect.thrown(
        IOException.class,
        "Connection reset by peer",
        () -> pair.server().write(Expect.ascii("x")));
  }

  @Case(
      id = "tcp.close.write-finds-end",
      title = "a peer's close is no obstacle to the first write",
      source = "RFC 9293 3.6")
  void firstWriteAfterPeerClose(Net net) throws IOException {
    Pair pair = net.pair();
    pair.server().close();
    Expect.endOfStream(pair.client());
    assertThat(pair.client().write(Expect.ascii("x"))).isEqualTo(1);
  }

  @Case(
      id = "tcp.close.accepted-after-close",
      title = "a connection that was closed before accept is accepted with its data",
      source = "RFC 9293 3.10.4")
  void acceptedAfterClose(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.connect(local(server));
    Expect.write(client, "early");
    client.close();
    SocketChannel accepted = net.accept(server);
    Expect.read(accepted, "early");
    Expect.endOfStream(accepted);
  }

  @Case(
      id = "tcp.close.listener-resets-waiting",
      title = "closing a listener resets the connections that wait in its queue",
      source = "seen on Linux 6.18")
  void listenerClose(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    SocketChannel client = net.connect(local(server));
    server.close();
    Expect.thrown(
        SocketException.class, "Connection reset", () -> client.read(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "tcp.close.listener-keeps-accepted",
      title = "closing a listener leaves accepted connections alone",
      source = "RFC 9293 3.10.4")
  void listenerCloseKeepsAccepted(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    Pair pair = net.pair(server);
    server.close();
    Expect.write(pair.client(), "alive");
    Expect.read(pair.server(), "alive");
  }
}

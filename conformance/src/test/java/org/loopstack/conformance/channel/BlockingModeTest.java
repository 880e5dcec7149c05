// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Differs;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class BlockingModeTest {
  @Case(
      id = "channel.blocking.register",
      title = "registering a blocking channel: IllegalBlockingModeException",
      source = "SelectableChannel.register Javadoc")
  void registerBlocking(Net net) throws IOException {
    Selector selector = net.selector();
    SocketChannel channel = net.tcp();
    Expect.thrown(
        IllegalBlockingModeException.class,
        () -> channel.register(selector, SelectionKey.OP_CONNECT));
  }

  @Case(
      id = "channel.blocking.registered",
      title = "making a registered channel blocking: IllegalBlockingModeException, until cancel",
      source = "SelectableChannel.configureBlocking Javadoc, JAVA.md")
  void configureRegistered(Net net) throws IOException {
    SocketChannel channel = net.pair().client();
    SelectionKey key = register(channel, net.selector(), SelectionKey.OP_READ);
    Expect.thrown(IllegalBlockingModeException.class, () -> channel.configureBlocking(true));
    key.cancel();
    channel.configureBlocking(true);
    assertThat(channel.isBlocking()).isTrue();
  }

  @Case(
      id = "channel.blocking.toggle",
      title = "a channel can be switched to non-blocking and back",
      source = "SelectableChannel.configureBlocking Javadoc")
  void toggle(Net net) throws IOException {
    Pair pair = net.pair();
    pair.client().configureBlocking(false);
    assertThat(pair.client().read(ByteBuffer.allocate(1))).isZero();
    pair.client().configureBlocking(true);
    Expect.write(pair.server(), "x");
    Expect.read(pair.client(), "x");
  }

  @Case(
      id = "channel.blocking.full-duplex",
      title = "a blocked read does not keep another thread from writing",
      source = "SocketChannel Javadoc, JAVA.md",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void fullDuplex(Net net) throws Exception {
    Pair pair = net.pair();
    ByteBuffer target = ByteBuffer.allocate(4);
    Task<Integer> reader = net.start(() -> pair.client().read(target));
    reader.awaitBlocked();
    Expect.write(pair.client(), "ping");
    Expect.read(pair.server(), "ping");
    Expect.write(pair.server(), "p");
    assertThat(reader.join()).isEqualTo(1);
  }

  @Case(
      id = "channel.blocking.read-serialised",
      title = "a second reader waits for the first one",
      source = "ReadableByteChannel.read Javadoc",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void twoReaders(Net net) throws Exception {
    Pair pair = net.pair();
    Task<Integer> one = net.start(() -> pair.client().read(ByteBuffer.allocate(1)));
    Task<Integer> two = net.start(() -> pair.client().read(ByteBuffer.allocate(1)));
    one.awaitBlocked();
    two.awaitBlocked();
    Expect.write(pair.server(), "ab");
    assertThat(one.join()).isEqualTo(1);
    assertThat(two.join()).isEqualTo(1);
  }

  @Case(
      id = "channel.blocking.streams-of-channels",
      title = "Channels' streams: a blocked reader does not keep a writer of the same channel out",
      source = "Channels.newInputStream Javadoc, JAVA.md",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  @Differs(
      ours = "the writer waits for the reader; the streams of socket() do not",
      reason = "java.nio.channels.Channels lets only the JDK's own class read and write at once",
      agent = false)
  void streamsOfChannels(Net net) throws Exception {
    Pair pair = net.pair();
    InputStream in = Channels.newInputStream(pair.client());
    OutputStream out = Channels.newOutputStream(pair.client());
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    Task<Boolean> writer =
        net.start(
            () -> {
              out.write('x');
              return true;
            });
    Wait.until(
        "the writer ends, or waits for the reader",
        () -> writer.isDone() || writer.thread().getState() == Thread.State.BLOCKED);
    assertThat(writer.isDone()).isTrue();
    Expect.read(pair.server(), "x");
  }

  @Case(
      id = "channel.blocking.write-all",
      title = "a blocking write of 4 MiB returns when all of it is taken",
      source = "WritableByteChannel.write Javadoc")
  void writeAll(Net net) throws Exception {
    Pair pair = net.pair();
    int size = 4 << 20;
    Task<Integer> writer = net.start(() -> pair.client().write(ByteBuffer.allocate(size)));
    ByteBuffer target = ByteBuffer.allocate(size);
    while (target.hasRemaining()) {
      pair.server().read(target);
    }
    assertThat(writer.join()).isEqualTo(size);
  }
}

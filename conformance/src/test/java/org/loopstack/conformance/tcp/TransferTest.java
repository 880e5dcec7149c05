// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.register;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class TransferTest {
  private static final int MEBIBYTE = 1 << 20;

  @Case(
      id = "tcp.transfer.bulk",
      title = "8 MiB of random bytes arrive whole and in order",
      source = "RFC 9293 2.2",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void bulk(Net net) throws Exception {
    Pair pair = net.pair();
    byte[] sent = random(8 * MEBIBYTE);
    Task<Boolean> writer = net.start(() -> send(pair.client(), sent));
    assertThat(readAll(pair.server())).isEqualTo(sent);
    assertThat(writer.join()).isTrue();
  }

  @Case(
      id = "tcp.transfer.both-ways",
      title = "4 MiB in each direction at once, on four threads",
      source = "RFC 9293 2.2",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void bothWays(Net net) throws Exception {
    Pair pair = net.pair();
    byte[] there = random(4 * MEBIBYTE);
    byte[] back = random(4 * MEBIBYTE + 1);
    Task<Boolean> one = net.start(() -> send(pair.client(), there));
    Task<Boolean> two = net.start(() -> send(pair.server(), back));
    Task<byte[]> received = net.start(() -> readAll(pair.client()));
    assertThat(readAll(pair.server())).isEqualTo(there);
    assertThat(received.join()).isEqualTo(back);
    one.join();
    two.join();
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static boolean send(SocketChannel channel, byte[] bytes) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    while (source.hasRemaining()) {
      channel.write(source);
    }
    channel.shutdownOutput();
    return true;
  }

  private static byte[] readAll(ReadableByteChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(60_000);
    while (channel.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
    }
    return all.toByteArray();
  }

  @Case(
      id = "tcp.transfer.small-writes",
      title = "2,000 writes of one byte are one stream",
      source = "RFC 9293 2.2")
  void smallWrites(Net net) throws Exception {
    Pair pair = net.pair();
    byte[] sent = random(2_000);
    Task<Boolean> writer =
        net.start(
            () -> {
              for (byte b : sent) {
                pair.client().write(ByteBuffer.wrap(new byte[] {b}));
              }
              return send(pair.client(), new byte[0]);
            });
    assertThat(readAll(pair.server())).isEqualTo(sent);
    writer.join();
  }

  @Case(
      id = "tcp.transfer.fill-and-drain",
      title = "non-blocking writes fill up and return 0; the reader then gets every byte of them",
      source = "SocketChannel.write Javadoc; RFC 9293 3.8.6.1")
  void fillAndDrain(Net net) throws Exception {
    Pair pair = net.pair();
    long written = fill(pair.client());
    assertThat(written).isPositive();
    Selector selector = net.selector();
    SelectionKey key = pair.client().register(selector, SelectionKey.OP_WRITE);
    Task<byte[]> reader = net.start(() -> readAll(pair.server()));
    Wait.ready(selector, key, SelectionKey.OP_WRITE);
    pair.client().shutdownOutput();
    byte[] received = reader.join();
    assertThat(received.length).isEqualTo((int) written);
    for (int i = 0; i < received.length; i++) {
      if (received[i] != (byte) i) {
        throw new AssertionError("byte " + i + " is wrong");
      }
    }
  }

  /** Writes 0, 1, 2 ... until nothing is taken any more in {@link Wait#QUIET_MILLIS}. */
  private static long fill(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    long total = 0;
    long lastProgress = System.nanoTime();
    while (System.nanoTime() - lastProgress < Wait.QUIET_MILLIS * 1_000_000L) {
      byte[] chunk = new byte[10_000];
      for (int i = 0; i < chunk.length; i++) {
        chunk[i] = (byte) (total + i);
      }
      int count = channel.write(ByteBuffer.wrap(chunk));
      if (count > 0) {
        lastProgress = System.nanoTime();
        total += count;
      } else {
        Thread.onSpinWait();
      }
    }
    return total;
  }

  @Case(
      id = "tcp.transfer.full-not-writable",
      title = "a full channel is not writable until the peer reads",
      source = "SelectionKey.OP_WRITE Javadoc")
  void fullNotWritable(Net net) throws Exception {
    Pair pair = net.pair();
    Selector selector = net.selector();
    register(pair.client(), selector, SelectionKey.OP_WRITE);
    Wait.until(
        "nothing is written and the channel is not writable either",
        () -> {
          fill(pair.client());
          selector.selectedKeys().clear();
          return selector.select(Wait.QUIET_MILLIS) == 0;
        });
  }

  @Case(
      id = "tcp.transfer.blocked-writer",
      title = "a blocked writer goes on when the peer reads",
      source = "RFC 9293 3.8.6.1",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void blockedWriter(Net net) throws Exception {
    Pair pair = net.pair();
    fill(pair.client());
    pair.client().configureBlocking(true);
    Task<Boolean> writer = net.start(() -> send(pair.client(), new byte[MEBIBYTE]));
    writer.awaitBlocked();
    assertThat(writer.isDone()).isFalse();
    assertThat(readAll(pair.server()).length).isGreaterThan(MEBIBYTE);
    assertThat(writer.join()).isTrue();
  }

  @Case(
      id = "tcp.transfer.many",
      title = "100 connections to one listener, each with its own bytes",
      source = "RFC 9293 3.10.1")
  void manyConnections(Net net) throws Exception {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 200);
    List<SocketChannel> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(net.connect(local(server)));
    }
    for (int i = 0; i < 100; i++) {
      Expect.write(clients.get(i), "I am %03d".formatted(i));
    }
    for (int i = 0; i < 100; i++) {
      SocketChannel accepted = net.accept(server);
      int who = clients.stream().map(TransferTest::name).toList().indexOf(remote(accepted));
      Expect.read(accepted, "I am %03d".formatted(who));
    }
  }

  private static String name(SocketChannel channel) {
    try {
      return channel.getLocalAddress().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String remote(SocketChannel channel) throws IOException {
    return channel.getRemoteAddress().toString();
  }

  @Case(
      id = "tcp.transfer.accept-order",
      title = "connections are accepted in the order in which they were made",
      source = "seen on Linux 6.18")
  void acceptOrder(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    for (int i = 0; i < 10; i++) {
      net.connect(local(server)).write(ByteBuffer.wrap(new byte[] {(byte) i}));
    }
    for (int i = 0; i < 10; i++) {
      ByteBuffer one = ByteBuffer.allocate(1);
      net.accept(server).read(one);
      assertThat(one.get(0)).isEqualTo((byte) i);
    }
  }
}

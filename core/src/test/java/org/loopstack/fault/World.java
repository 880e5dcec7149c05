// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkVerdict;

/** A stack in virtual time whose channels do not block, and what passes its loopback. */
final class World implements AutoCloseable {
  /** A datagram that a tap has seen. */
  record Seen(long time, byte[] bytes, boolean delivered, String verdict) {}

  /** The two ends of a connection. */
  record Pair(SocketChannel client, SocketChannel server) {}

  final VirtualClock clock = new VirtualClock();
  final Stack stack;
  final Faults faults;
  final List<Seen> seen = new ArrayList<>();

  World() {
    this(0);
  }

  World(long seed) {
    stack = Stack.create(StackConfiguration.linux().toBuilder().clock(clock).seed(seed).build());
    faults = stack.loopback().faults();
  }

  /** From now on {@link #seen} is filled. */
  World watched() {
    stack
        .loopback()
        .addTap(
            new LinkTap() {
              @Override
              public void pass(Direction direction, Packet packet) {
                seen.add(new Seen(clock.nanos(), Datagrams.bytes(packet), true, ""));
              }

              @Override
              public void pass(Direction direction, Packet packet, LinkVerdict verdict) {
                seen.add(
                    new Seen(
                        clock.nanos(),
                        Datagrams.bytes(packet),
                        verdict.delivered(),
                        verdict.text()));
              }
            });
    return this;
  }

  void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  DatagramChannel udp(int port) throws IOException {
    return udp("127.0.0.1", port);
  }

  DatagramChannel udp(String address, int port) throws IOException {
    DatagramChannel channel = stack.selectorProvider().openDatagramChannel();
    channel.configureBlocking(false);
    channel.bind(new InetSocketAddress(address, port));
    return channel;
  }

  ServerSocketChannel listen(String address, int port, int backlog) throws IOException {
    ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
    server.configureBlocking(false);
    server.bind(new InetSocketAddress(address, port), backlog);
    return server;
  }

  /** A client that has begun to connect. */
  SocketChannel begin(String address, int port) throws IOException {
    SocketChannel client = stack.selectorProvider().openSocketChannel();
    client.configureBlocking(false);
    client.connect(new InetSocketAddress(address, port));
    return client;
  }

  Pair connect(String address, int port) throws IOException {
    ServerSocketChannel listener = listen(address, port, 50);
    SocketChannel client = begin(address, port);
    if (!client.finishConnect()) {
      throw new IllegalStateException("not connected");
    }
    SocketChannel server = listener.accept();
    server.configureBlocking(false);
    listener.close();
    return new Pair(client, server);
  }

  static void send(DatagramChannel from, DatagramChannel to, String text) throws IOException {
    SocketAddress target = to.getLocalAddress();
    from.send(ByteBuffer.wrap(text.getBytes(UTF_8)), target);
  }

  /** What has arrived, each datagram's text. */
  static List<String> received(DatagramChannel channel) throws IOException {
    List<String> all = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.allocate(65_536);
    while (channel.receive(buffer) != null) {
      buffer.flip();
      all.add(UTF_8.decode(buffer).toString());
      buffer.clear();
    }
    return all;
  }

  static void write(SocketChannel to, String text) throws IOException {
    int _ = to.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  /** What can be read now. */
  static String read(SocketChannel from) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
    int _ = from.read(buffer);
    return UTF_8.decode(buffer.flip()).toString();
  }

  @Override
  public void close() {
    stack.close();
  }
}

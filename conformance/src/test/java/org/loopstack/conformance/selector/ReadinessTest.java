// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Wait;

class ReadinessTest {
  private static final int ACCEPT = SelectionKey.OP_ACCEPT;
  private static final int CONNECT = SelectionKey.OP_CONNECT;
  private static final int READ = SelectionKey.OP_READ;
  private static final int WRITE = SelectionKey.OP_WRITE;

  @Case(
      id = "selector.ready.accept",
      title = "a listener is ready while connections wait, and not after the last accept",
      source = "SelectionKey.OP_ACCEPT Javadoc")
  void accept(Net net) throws IOException {
    Selector selector = net.selector();
    ServerSocketChannel server = net.listen();
    SelectionKey key = register(server, selector, ACCEPT);
    Wait.quiet(selector);
    net.connect(local(server));
    net.connect(local(server));
    Wait.ready(selector, key, ACCEPT);
    assertThat(key.isAcceptable()).isTrue();
    net.accept(server);
    Wait.ready(selector, key, ACCEPT);
    net.accept(server);
    Wait.quiet(selector);
  }

  @Case(
      id = "selector.ready.connect",
      title = "a connecting channel becomes connectable",
      source = "SelectionKey.OP_CONNECT Javadoc")
  void connect(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    SocketChannel client = net.tcp();
    client.configureBlocking(false);
    assertThat(client.connect(local(server))).isFalse();
    Selector selector = net.selector();
    SelectionKey key = client.register(selector, CONNECT);
    Wait.quiet(selector);
    net.accept(server);
    net.accept(server);
    Wait.ready(selector, key, CONNECT);
    assertThat(key.isConnectable()).isTrue();
    assertThat(client.finishConnect()).isTrue();
  }

  @Case(
      id = "selector.ready.read",
      title = "a stream channel is readable once data arrives",
      source = "SelectionKey.OP_READ Javadoc")
  void read(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ);
    Wait.quiet(selector);
    Expect.write(pair.server(), "x");
    Wait.ready(selector, key, READ);
  }

  @Case(
      id = "selector.ready.read-end",
      title = "the end of the stream makes a channel readable, and keeps it so",
      source = "SelectionKey.OP_READ Javadoc")
  void readEnd(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ);
    pair.server().shutdownOutput();
    Wait.ready(selector, key, READ);
    assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    Wait.ready(selector, key, READ);
  }

  @Case(
      id = "selector.ready.shutdown-input",
      title = "a channel whose input was shut down is readable",
      source = "SocketChannel.shutdownInput Javadoc")
  void shutdownInput(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ);
    pair.client().shutdownInput();
    Wait.ready(selector, key, READ);
  }

  @Case(
      id = "selector.ready.interest",
      title = "a channel that is readable and writable is selected for its interest only",
      source = "SelectionKey Javadoc")
  void interest(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ);
    Expect.write(pair.server(), "x");
    Wait.ready(selector, key, READ);
    assertThat(key.readyOps()).isEqualTo(READ);
    key.interestOps(WRITE);
    Wait.ready(selector, key, WRITE);
    assertThat(key.readyOps()).isEqualTo(WRITE);
    key.interestOps(READ | WRITE);
    Wait.ready(selector, key, READ | WRITE);
  }

  @Case(
      id = "selector.ready.datagram",
      title = "a datagram channel is writable always, readable while datagrams wait",
      source = "SelectionKey Javadoc")
  void datagram(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel channel = net.boundUdp();
    SelectionKey key = register(channel, selector, READ | WRITE);
    Wait.ready(selector, key, WRITE);
    assertThat(key.isReadable()).isFalse();
    DatagramChannel sender = net.udp();
    sender.send(Expect.ascii("a"), local(channel));
    sender.send(Expect.ascii("b"), local(channel));
    Wait.ready(selector, key, READ | WRITE);
    channel.receive(ByteBuffer.allocate(1));
    Wait.ready(selector, key, READ | WRITE);
    channel.receive(ByteBuffer.allocate(1));
    key.interestOps(READ);
    Wait.quiet(selector);
  }

  @Case(
      id = "selector.ready.icmp-error",
      title = "an ICMP error makes a connected datagram channel readable",
      source = "FACTS 14; seen on Linux 6.18")
  void icmpError(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel channel = net.udp().connect(net.closedUdpPort());
    SelectionKey key = register(channel, selector, READ);
    channel.write(Expect.ascii("x"));
    Wait.ready(selector, key, READ);
  }

  @Case(
      id = "selector.ready.before-registration",
      title = "data that arrived before the registration is reported",
      source = "Selector Javadoc")
  void beforeRegistration(Net net) throws IOException {
    Pair pair = net.pair();
    Expect.write(pair.server(), "early");
    Selector selector = net.selector();
    SelectionKey key = register(pair.client(), selector, READ);
    Wait.ready(selector, key, READ);
  }

  @Case(
      id = "selector.ready.echo",
      title = "one thread serves 20 clients through one selector",
      source = "Selector Javadoc")
  void echo(Net net) throws Exception {
    ServerSocketChannel server = net.listen();
    Selector selector = net.selector();
    register(server, selector, ACCEPT);
    Task<Integer> service = net.start(() -> serve(net, selector, 20));
    for (int i = 0; i < 20; i++) {
      SocketChannel client = net.connect(local(server));
      Expect.write(client, "client %02d".formatted(i));
      client.shutdownOutput();
      Expect.read(client, "client %02d".formatted(i));
      Expect.endOfStream(client);
    }
    assertThat(service.join()).isEqualTo(20);
  }

  /** Echoes until this many clients have gone. */
  private static int serve(Net net, Selector selector, int clients) throws IOException {
    int gone = 0;
    ByteBuffer buffer = ByteBuffer.allocate(100);
    while (gone < clients) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.channel() instanceof ServerSocketChannel server) {
          register(net.accept(server), selector, READ);
        } else if (key.channel() instanceof SocketChannel client) {
          if (client.read(buffer.clear()) < 0) {
            client.close();
            gone++;
          } else {
            client.write(buffer.flip());
          }
        }
      }
      selector.selectedKeys().clear();
    }
    return gone;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Family;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;

class AsynchronousCloseTest {
  private static void closing(Net net, Channel channel, Callable<?> blocking) throws IOException {
    Task<?> task = net.start(blocking);
    task.awaitBlocked();
    channel.close();
    Expect.thrown(AsynchronousCloseException.class, task::join);
  }

  private static void interrupting(Net net, Channel channel, Callable<?> blocking) {
    boolean[] status = new boolean[1];
    Task<?> task =
        net.start(
            () -> {
              try {
                return blocking.call();
              } finally {
                status[0] = Thread.currentThread().isInterrupted();
              }
            });
    task.awaitBlocked();
    task.thread().interrupt();
    Expect.thrown(ClosedByInterruptException.class, task::join);
    assertThat(status[0]).as("interrupt status").isTrue();
    assertThat(channel.isOpen()).isFalse();
  }

  private static Callable<Integer> endlessWrite(SocketChannel channel) {
    return () -> {
      ByteBuffer data = ByteBuffer.allocate(100_000);
      while (true) {
        channel.write(data.clear());
      }
    };
  }

  /** A listener whose queue is full. */
  private static ServerSocketChannel full(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    return server;
  }

  @Case(
      id = "channel.close.read",
      title = "close during a blocked read: AsynchronousCloseException",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeRead(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    closing(net, client, () -> client.read(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "channel.close.write",
      title = "close ends a blocked write: a ClosedChannelException, at the latest from the next",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeWrite(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    Task<Integer> writer = net.start(endlessWrite(client));
    writer.awaitBlocked();
    client.close();
    assertThatThrownBy(writer::join).isInstanceOf(ClosedChannelException.class);
  }

  @Case(
      id = "channel.close.accept",
      title = "close during a blocked accept: AsynchronousCloseException",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeAccept(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    closing(net, server, server::accept);
  }

  @Case(
      id = "channel.close.connect",
      title = "close during a blocked connect: AsynchronousCloseException",
      source = "SocketChannel.connect Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeConnect(Net net) throws IOException {
    ServerSocketChannel server = full(net);
    SocketChannel client = net.tcp();
    closing(net, client, () -> client.connect(local(server)));
  }

  @Case(
      id = "channel.close.receive",
      title = "close during a blocked receive: AsynchronousCloseException",
      source = "DatagramChannel.receive Javadoc",
      on = {PLATFORM, VIRTUAL})
  void closeReceive(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    closing(net, channel, () -> channel.receive(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "channel.close.pipe-read",
      title = "close during a blocked read of a pipe: AsynchronousCloseException",
      source = "InterruptibleChannel Javadoc",
      over = {Family.IPV4},
      on = {PLATFORM, VIRTUAL})
  void closePipeRead(Net net) throws IOException {
    Pipe pipe = net.pipe();
    closing(net, pipe.source(), () -> pipe.source().read(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "channel.interrupt.read",
      title = "interrupt of a blocked read: ClosedByInterruptException, status kept",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptRead(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    interrupting(net, client, () -> client.read(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "channel.interrupt.write",
      title = "interrupt of a blocked write: ClosedByInterruptException, status kept",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptWrite(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    interrupting(net, client, endlessWrite(client));
  }

  @Case(
      id = "channel.interrupt.accept",
      title = "interrupt of a blocked accept: ClosedByInterruptException, status kept",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptAccept(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    interrupting(net, server, server::accept);
  }

  @Case(
      id = "channel.interrupt.connect",
      title = "interrupt of a blocked connect: ClosedByInterruptException, status kept",
      source = "SocketChannel.connect Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptConnect(Net net) throws IOException {
    ServerSocketChannel server = full(net);
    SocketChannel client = net.tcp();
    interrupting(net, client, () -> client.connect(local(server)));
  }

  @Case(
      id = "channel.interrupt.receive",
      title = "interrupt of a blocked receive: ClosedByInterruptException, status kept",
      source = "DatagramChannel.receive Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptReceive(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    interrupting(net, channel, () -> channel.receive(ByteBuffer.allocate(1)));
  }

  @Case(
      id = "channel.interrupt.before",
      title = "a read by a thread that is interrupted already: ClosedByInterruptException",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptedBefore(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    Task<Integer> task =
        net.start(
            () -> {
              Thread.currentThread().interrupt();
              return client.read(ByteBuffer.allocate(1));
            });
    Expect.thrown(ClosedByInterruptException.class, task::join);
    assertThat(client.isOpen()).isFalse();
  }

  @Case(
      id = "channel.interrupt.before-receive",
      title =
          "a receive by a thread that is interrupted already: ClosedByInterruptException, also when"
              + " there is a datagram",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptedBeforeReceive(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    net.udp().send(Expect.ascii("there"), channel.getLocalAddress());
    interruptedBefore(net, channel, () -> channel.receive(ByteBuffer.allocate(10)));
  }

  @Case(
      id = "channel.interrupt.before-send",
      title = "a send by a thread that is interrupted already: ClosedByInterruptException",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptedBeforeSend(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel channel = net.boundUdp();
    interruptedBefore(
        net, channel, () -> channel.send(Expect.ascii("there"), server.getLocalAddress()));
  }

  @Case(
      id = "channel.interrupt.before-datagram-read",
      title = "reading a connected datagram channel when interrupted: ClosedByInterruptException",
      source = "InterruptibleChannel Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptedBeforeDatagramRead(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel channel = net.udpTo(server);
    server.send(Expect.ascii("there"), channel.getLocalAddress());
    interruptedBefore(net, channel, () -> channel.read(ByteBuffer.allocate(10)));
  }

  private static void interruptedBefore(Net net, Channel channel, Callable<?> operation) {
    Task<?> task =
        net.start(
            () -> {
              Thread.currentThread().interrupt();
              return operation.call();
            });
    Expect.thrown(ClosedByInterruptException.class, task::join);
    assertThat(channel.isOpen()).isFalse();
  }

  @Case(
      id = "channel.interrupt.peer-sees-end",
      title = "the peer of a channel closed by an interrupt reads the end of the stream",
      source = "InterruptibleChannel Javadoc; RFC 9293 3.6",
      on = {PLATFORM, VIRTUAL})
  void peerSeesEnd(Net net) throws IOException {
    Pair pair = net.pair();
    interrupting(net, pair.client(), () -> pair.client().read(ByteBuffer.allocate(1)));
    Expect.endOfStream(pair.server());
  }
}

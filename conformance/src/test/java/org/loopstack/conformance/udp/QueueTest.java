// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class QueueTest {
  @Case(
      id = "udp.queue.overflow",
      title = "when the receive buffer is full the later datagrams are dropped, without an error",
      source = "RFC 768; StandardSocketOptions.SO_RCVBUF Javadoc")
  void overflow(Net net) throws IOException {
    DatagramChannel receiver = net.udp().setOption(StandardSocketOptions.SO_RCVBUF, 20_000);
    receiver.bind(net.anyPort());
    DatagramChannel sender = net.udp();
    for (int i = 0; i < 200; i++) {
      ByteBuffer payload = ByteBuffer.allocate(1_000).putInt(0, i);
      assertThat(sender.send(payload, local(receiver))).isEqualTo(1_000);
    }
    receiver.configureBlocking(false);
    int count = 0;
    ByteBuffer payload = ByteBuffer.allocate(1_000);
    while (receiver.receive(payload.clear()) != null) {
      assertThat(payload.getInt(0)).isEqualTo(count);
      count++;
    }
    assertThat(count).isBetween(1, 199);
  }

  @Case(
      id = "udp.queue.after-overflow",
      title = "after an overflow was drained datagrams arrive again",
      source = "RFC 768")
  void afterOverflow(Net net) throws IOException {
    DatagramChannel receiver = net.udp().setOption(StandardSocketOptions.SO_RCVBUF, 20_000);
    receiver.bind(net.anyPort());
    DatagramChannel sender = net.udp();
    for (int i = 0; i < 200; i++) {
      sender.send(ByteBuffer.allocate(1_000), local(receiver));
    }
    receiver.configureBlocking(false);
    while (receiver.receive(ByteBuffer.allocate(1_000)) != null) {}
    receiver.configureBlocking(true);
    sender.send(Expect.ascii("again"), local(receiver));
    ByteBuffer buffer = ByteBuffer.allocate(10);
    receiver.receive(buffer);
    assertThat(Expect.text(buffer)).isEqualTo("again");
  }

  @Case(
      id = "udp.queue.connect-discards",
      title = "what was queued before connect is discarded",
      source = "DatagramChannel.connect Javadoc; seen on JDK 25")
  void connectDiscards(Net net) throws IOException {
    DatagramChannel peer = net.boundUdp();
    DatagramChannel channel = net.boundUdp();
    net.udp().send(Expect.ascii("too early"), local(channel));
    peer.send(Expect.ascii("early"), local(channel));
    channel.connect(local(peer));
    peer.send(Expect.ascii("in time"), local(channel));
    Expect.read(channel, "in time");
  }

  @Case(
      id = "udp.queue.reuse-port-spreads",
      title = "channels with SO_REUSEPORT each get some of 64 senders' datagrams",
      source = "FACTS, Sockets on Linux")
  void reusePortSpreads(Net net) throws IOException {
    DatagramChannel one = net.udp().setOption(StandardSocketOptions.SO_REUSEPORT, true);
    one.bind(net.anyPort());
    DatagramChannel two = net.udp().setOption(StandardSocketOptions.SO_REUSEPORT, true);
    two.bind(local(one));
    for (int i = 0; i < 64; i++) {
      net.udp().send(Expect.ascii("x"), local(one));
    }
    int[] counts = new int[2];
    Wait.until(
        "all have arrived",
        () -> {
          counts[0] += drain(one);
          counts[1] += drain(two);
          return counts[0] + counts[1] == 64;
        });
    assertThat(counts).doesNotContain(0);
  }

  private static int drain(DatagramChannel channel) throws IOException {
    channel.configureBlocking(false);
    int count = 0;
    while (channel.receive(ByteBuffer.allocate(1)) != null) {
      count++;
    }
    return count;
  }

  @Case(
      id = "udp.queue.two-readers",
      title = "two blocked receivers of one channel get one datagram each",
      source = "DatagramChannel Javadoc",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void twoReaders(Net net) throws Exception {
    DatagramChannel channel = net.boundUdp();
    Task<Object> one = net.start(() -> channel.receive(ByteBuffer.allocate(1)));
    Task<Object> two = net.start(() -> channel.receive(ByteBuffer.allocate(1)));
    one.awaitBlocked();
    two.awaitBlocked();
    DatagramChannel sender = net.boundUdp();
    sender.send(Expect.ascii("a"), local(channel));
    sender.send(Expect.ascii("b"), local(channel));
    assertThat(one.join()).isEqualTo(local(sender));
    assertThat(two.join()).isEqualTo(local(sender));
  }

  @Case(
      id = "udp.queue.send-while-receiving",
      title = "a blocked receive does not keep another thread from sending",
      source = "DatagramChannel Javadoc",
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void sendWhileReceiving(Net net) throws Exception {
    DatagramChannel channel = net.boundUdp();
    Task<Object> receiver = net.start(() -> channel.receive(ByteBuffer.allocate(1)));
    receiver.awaitBlocked();
    channel.send(Expect.ascii("x"), local(channel));
    assertThat(receiver.join()).isEqualTo(local(channel));
  }
}

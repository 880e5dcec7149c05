// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.RouteNetlink;
import org.loopstack.wire.TransportChecksums;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KernelTapTest {
  /** What was seen. */
  // Nobody compares these.
  @SuppressWarnings("ArrayRecordComponent")
  private record Seen(LinkTap.Direction direction, boolean pending, byte[] datagram) {
    int protocol() {
      return datagram[9];
    }
  }

  private static final class Tap implements LinkTap {
    final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public void pass(Direction direction, Packet packet) {
      seen.add(new Seen(direction, packet.isChecksumPending(), Datagrams.bytes(packet)));
    }

    @Override
    public void ended() {
      ended.countDown();
    }

    Seen next() throws InterruptedException {
      Seen next = seen.poll(20, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      return next;
    }
  }

  private static KernelTap open(NetworkNamespace network) throws Exception {
    return network.call(
        () -> {
          try (RouteNetlink netlink = RouteNetlink.open()) {
            Link lo = netlink.links().stream().filter(Link::isLoopback).findFirst().orElseThrow();
            return KernelTap.open(lo, Map.of("localhost", List.of()));
          }
        });
  }

  private static NetworkNamespace network() throws Exception {
    NetworkNamespace network = Networks.open();
    new Interfaces(network).setUp("lo");
    return network;
  }

  @Test
  void eachDatagramIsSeenOnceWithARightChecksum() throws Exception {
    Tap tap = new Tap();
    try (NetworkNamespace network = network();
        KernelTap lo = open(network);
        DatagramChannel socket =
            network.call(
                () ->
                    DatagramChannel.open(StandardProtocolFamily.INET)
                        .bind(new InetSocketAddress("127.0.0.1", 0)))) {
      lo.addTap(tap);
      for (byte i = 0; i < 3; i++) {
        int _ = socket.send(ByteBuffer.wrap(new byte[] {i, 42}), socket.getLocalAddress());
      }

      for (byte i = 0; i < 3; i++) {
        Seen seen = tap.next();
        assertThat(seen.direction()).isEqualTo(LinkTap.Direction.OUT);
        assertThat(seen.datagram()).hasSize(30).startsWith(0x45).endsWith(i, 42);
        assertThat(seen.protocol()).isEqualTo(17);
        assertThat(seen.pending()).as("the kernel leaves it out").isTrue();
        byte[] again = seen.datagram().clone();
        TransportChecksums.complete(again, 0, again.length);
        assertThat(seen.datagram()).isEqualTo(again);
      }
      assertThat(tap.seen).isEmpty();
      assertThat(lo.withoutChecksum()).isEqualTo(3);
      assertThat(lo.dropped()).isZero();
      assertThat(lo.name()).isEqualTo("lo");
      assertThat(lo.hostNames()).containsOnlyKeys("localhost");
    }
    assertThat(tap.ended.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aConnectionIsSeenFromItsFirstSegmentOn() throws Exception {
    Tap tap = new Tap();
    try (NetworkNamespace network = network();
        KernelTap lo = open(network);
        ServerSocketChannel server =
            network.call(
                () ->
                    ServerSocketChannel.open(StandardProtocolFamily.INET)
                        .bind(new InetSocketAddress("127.0.0.1", 0)))) {
      lo.addTap(tap);
      try (SocketChannel _ = network.call(() -> SocketChannel.open(server.getLocalAddress()))) {
        int syn = 0x02;
        int ack = 0x10;
        assertThat(tap.next().datagram()[33]).isEqualTo((byte) syn);
        assertThat(tap.next().datagram()[33]).isEqualTo((byte) (syn | ack));
        assertThat(tap.next().datagram()[33]).isEqualTo((byte) ack);
      }
    }
  }

  @Test
  void closingEndsItOnceAndATapThatWasRemovedSeesNothing() throws Exception {
    Tap tap = new Tap();
    try (NetworkNamespace network = network();
        KernelTap lo = open(network)) {
      lo.addTap(tap);
      assertThat(lo.removeTap(tap)).isTrue();
      assertThat(lo.removeTap(tap)).isFalse();
      lo.close();
      lo.close();
      assertThat(lo.failure()).isNull();
      assertThat(tap.ended.getCount()).isEqualTo(1);
    }
  }
}

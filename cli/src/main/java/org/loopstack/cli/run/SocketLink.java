// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;

/** Datagrams over a local connection, each behind its length in four bytes. */
final class SocketLink implements Link {
  private static final int WAITING = 1024;
  private static final int MAX_LENGTH = 65_575;

  private final SocketChannel channel;
  private final int mtu;
  private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(WAITING);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile @Nullable LinkReceiver receiver;
  private @Nullable Thread writer;

  /** A connected channel in blocking mode, which is the link's from here on. */
  SocketLink(SocketChannel channel, int mtu) {
    this.channel = channel;
    this.mtu = mtu;
  }

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public Set<LinkFlag> flags() {
    return Set.of(LinkFlag.POINTOPOINT, LinkFlag.NOARP);
  }

  @Override
  public void attach(LinkReceiver newReceiver) {
    receiver = newReceiver;
    writer = Thread.ofVirtual().name("lo-link-out").start(this::write);
    Thread.ofVirtual().name("lo-link-in").start(this::read);
  }

  /** More than a connection takes are lost, as on any link. */
  @Override
  public void transmit(Packet packet) {
    boolean _ = receiver != null && waiting.offer(Datagrams.bytes(packet));
  }

  private void write() {
    try {
      while (true) {
        byte[] datagram = waiting.take();
        ByteBuffer[] frame = {
          ByteBuffer.allocate(4).putInt(datagram.length).flip(), ByteBuffer.wrap(datagram)
        };
        while (frame[1].hasRemaining()) {
          channel.write(frame);
        }
      }
    } catch (IOException | InterruptedException e) {
      close();
    }
  }

  private void read() {
    ByteBuffer length = ByteBuffer.allocate(4);
    try {
      while (true) {
        int n = fill(length.clear()).getInt();
        if (n < 1 || n > MAX_LENGTH) {
          throw new IOException("a datagram of " + n + " bytes");
        }
        byte[] datagram = new byte[n];
        fill(ByteBuffer.wrap(datagram));
        LinkReceiver to = receiver;
        if (to != null) {
          to.receive(Packet.wrap(datagram, 0, n));
        }
      }
    } catch (IOException e) {
      close();
    }
  }

  private ByteBuffer fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException();
      }
    }
    return buffer.flip();
  }

  /** Waits until the other end is gone, or this one closed. */
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  @Override
  public void close() {
    receiver = null;
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
    Thread thread = writer;
    if (thread != null) {
      thread.interrupt();
    }
    ended.countDown();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Two connections joined into one. Each direction has a thread that reads only what the other side
 * has taken, so back pressure passes through; the end of a direction passes as a half-close, and a
 * reset as a reset.
 */
public final class RelayedConnection {
  private static final int BUFFER = 64 * 1024;

  private final SocketChannel client;
  private final SocketChannel target;

  /** Two connected channels in blocking mode; nothing is carried before {@link #run}. */
  public RelayedConnection(SocketChannel client, SocketChannel target) {
    this.client = client;
    this.target = target;
  }

  /** Carries both directions, one of them on the calling thread; returns when both have ended. */
  public void run() {
    noDelay(client);
    noDelay(target);
    Thread back = Thread.ofVirtual().name("lo-relay-back").start(() -> carry(target, client));
    carry(client, target);
    boolean interrupted = false;
    while (back.isAlive()) {
      try {
        back.join();
      } catch (InterruptedException e) {
        interrupted = true;
        reset();
      }
    }
    close(client);
    close(target);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void carry(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try {
      while (from.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // One of the two is gone, and what it missed is lost: both ends have to learn that.
      reset();
    }
  }

  /** Gives both up. */
  public void reset() {
    reset(client);
    reset(target);
  }

  /** Closes with a RST: RFC 9293 section 3.10.4 and 3.10.5 call it ABORT. */
  public static void reset(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException | UnsupportedOperationException e) {
      // Closed already, or a channel that cannot: an ordinary close is what is left.
    }
    close(channel);
  }

  /** The relay adds no delay of its own to small writes; each side's sender did the batching. */
  private static void noDelay(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    } catch (IOException | UnsupportedOperationException e) {
      // Slower, not wrong.
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }
}

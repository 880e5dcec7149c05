// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Where threads wait for the sides of a blocking {@link MixedDatagramChannel}. */
final class DatagramGate {
  /** One attempt at an operation. */
  interface Attempt<T> {
    /** Null if it would block. */
    @Nullable T run() throws IOException;
  }

  private final MixedDatagramChannel channel;
  private final MixedSelectorProvider provider;
  private final boolean uninterruptible;
  private final Direction reading = new Direction();
  private final Direction writing = new Direction();

  DatagramGate(
      MixedDatagramChannel channel, MixedSelectorProvider provider, boolean uninterruptible) {
    this.channel = channel;
    this.provider = provider;
    this.uninterruptible = uninterruptible;
  }

  /** The selector of one direction, opened by the first thread that waits; one at a time does. */
  private static final class Direction {
    final ReentrantLock lock = new ReentrantLock();
    volatile @Nullable Selector selector;
  }

  /**
   * Waits until an attempt succeeds.
   *
   * @param millis how long: 0 without an end
   * @throws SocketTimeoutException if it has not by then
   * @throws AsynchronousCloseException if the channel was closed meanwhile
   */
  <T> T await(Attempt<T> attempt, int operation, int millis) throws IOException {
    Direction direction = operation == SelectionKey.OP_READ ? reading : writing;
    boolean interrupted = false;
    @Nullable T result = null;
    direction.lock.lock();
    try {
      if (!uninterruptible) {
        channel.beginWait();
      }
      long start = System.nanoTime();
      while (channel.isOpen()) {
        Selector selector = selector(direction, operation);
        selector.selectNow();
        result = attempt.run();
        selector.selectedKeys().clear();
        if (result != null) {
          return result;
        }
        if (Thread.currentThread().isInterrupted()) {
          if (!uninterruptible) {
            // Who interrupts may not have told the channel yet, or told the selector instead.
            channel.beginWait();
            break;
          }
          interruptedWhileWaiting();
          interrupted = Thread.interrupted();
        }
        long left = millis - (System.nanoTime() - start) / 1_000_000;
        if (millis > 0 && left <= 0) {
          throw new SocketTimeoutException("Receive timed out");
        }
        selector.select(millis == 0 ? 0 : left);
      }
    } catch (ClosedSelectorException e) {
      // With the channel, or with the whole stack.
    } catch (ClosedChannelException e) {
      if (channel.isOpen()) {
        throw e;
      }
    } finally {
      direction.lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (!uninterruptible) {
        channel.endWait(result != null);
      }
    }
    throw new AsynchronousCloseException();
  }

  /** "Closed by interrupt" is what an interrupt does to a virtual thread in a socket's receive. */
  private static void interruptedWhileWaiting() throws InterruptedIOException {
    if (Thread.currentThread().isVirtual()) {
      throw new InterruptedIOException();
    }
  }

  private Selector selector(Direction direction, int operation) throws IOException {
    Selector selector = direction.selector;
    if (selector == null) {
      selector = provider.openSelector();
      direction.selector = selector;
      if (!channel.isOpen()) {
        selector.close();
      }
    }
    for (DatagramChannel side : channel.sides()) {
      if (side.keyFor(selector) == null) {
        SelectionKey _ = side.register(selector, operation);
      }
    }
    return selector;
  }

  void close() throws IOException {
    for (Direction each : new Direction[] {reading, writing}) {
      Selector selector = each.selector;
      if (selector != null) {
        selector.close();
      }
    }
  }
}

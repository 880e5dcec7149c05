// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.StreamEndpoint;

/**
 * The reading half of a stream: one thread at a time tries the endpoint, and waits where its owner
 * is blocking and nothing has come yet.
 */
final class StreamReader {
  /** A read of so many bytes is most likely part of a stream. */
  private static final int LARGE = 4096;

  private final StreamOwner owner;
  private final StreamEndpoint endpoint;
  private final Lock lock;

  /** The buffer over the array that was read into last. Guarded by the lock. */
  private @Nullable ByteBuffer lastView;

  /** An endpoint tells of a reset once, as the kernel does; a socket's every read tells of it. */
  private boolean wasReset;

  /** Whether there was a large read since the last wait. Guarded by the lock. */
  private boolean streaming;

  StreamReader(StreamOwner owner, StreamEndpoint endpoint, Lock lock) {
    this.owner = owner;
    this.endpoint = endpoint;
    this.lock = lock;
  }

  int read(ByteBuffer target) throws IOException {
    Objects.requireNonNull(target);
    lock.lock();
    try {
      boolean blocking = beginRead();
      Buffers.ensureWritable(target);
      int n = tryRead(target);
      return n == 0 && blocking && target.hasRemaining() ? awaitRead(target, Clock.NEVER) : n;
    } finally {
      lock.unlock();
    }
  }

  long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    lock.lock();
    try {
      boolean blocking = beginRead();
      Buffers.ensureWritable(targets, offset, length);
      long n = tryRead(targets, offset, length);
      return n == 0 && blocking && Buffers.hasRemaining(targets, offset, length)
          ? awaitRead(targets, offset, length)
          : n;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads at least one byte for a stream over the owner, which must be blocking.
   *
   * @param timeout nanoseconds, 0 for none
   */
  int read(byte[] target, int offset, int length, long timeout) throws IOException {
    lock.lock();
    try {
      boolean _ = beginRead();
      owner.ensureBlocking();
      ByteBuffer buffer = view(target, offset, length);
      int n = tryRead(buffer);
      return n == 0 && buffer.hasRemaining() ? awaitRead(buffer, owner.deadline(timeout)) : n;
    } finally {
      lock.unlock();
    }
  }

  /** The array as a buffer: the same one again for the same array, as buffered streams have it. */
  @SuppressWarnings("ByteBufferBackingArray") // wrapped here, so that it begins at 0
  private ByteBuffer view(byte[] array, int offset, int length) {
    ByteBuffer buffer = lastView;
    if (buffer == null || buffer.array() != array) {
      buffer = ByteBuffer.wrap(array);
      lastView = buffer;
    }
    return buffer.limit(offset + length).position(offset);
  }

  private boolean beginRead() throws IOException {
    owner.ensureConnected();
    boolean blocking = owner.isBlocking();
    if (blocking) {
      owner.closeIfInterrupted();
    }
    return blocking;
  }

  private int tryRead(ByteBuffer target) throws IOException {
    if (owner.isInputShut()) {
      return -1;
    }
    if (wasReset) {
      throw SocketErrors.reset();
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    try {
      int n = (int) openOrThrow(endpoint.read(target));
      streaming |= n >= LARGE;
      return n;
    } catch (ErrnoException e) {
      throw readFailed(e);
    }
  }

  private long tryRead(ByteBuffer[] targets, int offset, int length) throws IOException {
    if (owner.isInputShut()) {
      return -1;
    }
    if (wasReset) {
      throw SocketErrors.reset();
    }
    if (!Buffers.hasRemaining(targets, offset, length)) {
      return 0;
    }
    try {
      return openOrThrow(endpoint.read(targets, offset, length));
    } catch (ErrnoException e) {
      throw readFailed(e);
    }
  }

  /** Nothing, or an end, that a closed endpoint reports is not the peer's doing. */
  private long openOrThrow(long n) throws AsynchronousCloseException {
    if (n <= 0 && owner.isGone()) {
      throw new AsynchronousCloseException();
    }
    return n;
  }

  private IOException readFailed(ErrnoException e) {
    if (owner.isGone()) {
      return new AsynchronousCloseException();
    }
    wasReset |= e.errno() == Errno.ECONNRESET;
    return SocketErrors.read(e);
  }

  private int awaitRead(ByteBuffer target, long deadline) throws IOException {
    Waiter waiter = owner.signals().reader();
    waiter.prepare();
    try {
      int n = waiter.isPolled() ? poll(target, waiter, deadline) : 0;
      return n == 0 ? parkAndRead(target, waiter, deadline) : n;
    } finally {
      waiter.done();
    }
  }

  /** Takes in by itself what comes, without sleeping, for as long as the engine says. */
  private int poll(ByteBuffer target, Waiter waiter, long deadline) throws IOException {
    int n = 0;
    endpoint.watch();
    try {
      do {
        if (!owner.isOpen()) {
          break;
        }
        n = tryRead(target);
      } while (n == 0 && waiter.poll(endpoint, deadline));
    } finally {
      endpoint.unwatch();
    }
    return n;
  }

  private int parkAndRead(ByteBuffer target, Waiter waiter, long deadline) throws IOException {
    int n = 0;
    owner.beginWait();
    try {
      while (owner.isOpen() && (n = tryRead(target)) == 0) {
        if (!lingers(waiter)) {
          owner.park(waiter, deadline, "Read timed out");
        }
      }
    } finally {
      owner.endWait(n > 0);
    }
    return n;
  }

  /** Whether the next piece of a stream has come while others ran; once between two pieces. */
  private boolean lingers(Waiter waiter) {
    boolean worthIt = streaming;
    streaming = false;
    return worthIt && waiter.linger();
  }

  private long awaitRead(ByteBuffer[] targets, int offset, int length) throws IOException {
    long n = 0;
    Waiter waiter = owner.signals().reader();
    owner.beginWait();
    waiter.prepare();
    try {
      while (owner.isOpen() && (n = tryRead(targets, offset, length)) == 0) {
        owner.park(waiter, Clock.NEVER, "");
      }
    } finally {
      waiter.done();
      owner.endWait(n > 0);
    }
    return n;
  }
}

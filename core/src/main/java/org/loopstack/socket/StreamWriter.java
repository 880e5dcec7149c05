// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.StreamEndpoint;

/**
 * The writing half of a stream: one thread at a time hands bytes to the endpoint, and waits where
 * its owner is blocking until all are taken.
 */
final class StreamWriter {
  /** After so many bytes a thread lets those read who have not come to it. */
  private static final int TURN = 64 * 1024;

  private final StreamOwner owner;
  private final StreamEndpoint endpoint;
  private final Lock lock;

  /** Bytes that were written since others were let run. Guarded by the lock. */
  private long sinceTurn;

  StreamWriter(StreamOwner owner, StreamEndpoint endpoint, Lock lock) {
    this.owner = owner;
    this.endpoint = endpoint;
    this.lock = lock;
  }

  int write(ByteBuffer source) throws IOException {
    Objects.requireNonNull(source);
    lock.lock();
    try {
      boolean blocking = beginWrite();
      int n = tryWrite(source);
      if (blocking) {
        n += source.hasRemaining() ? awaitWrite(source) : 0;
        takeTurns(n);
      }
      return n;
    } finally {
      lock.unlock();
    }
  }

  long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    lock.lock();
    try {
      boolean blocking = beginWrite();
      long n = tryWrite(sources, offset, length);
      if (blocking) {
        n +=
            Buffers.hasRemaining(sources, offset, length) ? awaitWrite(sources, offset, length) : 0;
        takeTurns(n);
      }
      return n;
    } finally {
      lock.unlock();
    }
  }

  /** Writes all bytes, for a stream over the owner, which must be blocking. */
  void write(byte[] source, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
    lock.lock();
    try {
      boolean _ = beginWrite();
      owner.ensureBlocking();
      int written = tryWrite(buffer);
      if (buffer.hasRemaining()) {
        written += awaitWrite(buffer);
      }
      if (written < length) {
        throw new AsynchronousCloseException();
      }
      takeTurns(written);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Many writers that each fill their windows before anybody reads have the processor fetch all of
   * it from memory again; where they take turns with the readers, it is still in the caches.
   */
  private void takeTurns(long written) {
    sinceTurn += written;
    if (sinceTurn >= TURN && endpoint.isCrowded()) {
      sinceTurn = 0;
      owner.signals().writer().giveWay();
    }
  }

  /** Sends one byte of urgent data. */
  void writeUrgent(byte value) throws IOException {
    lock.lock();
    try {
      boolean blocking = beginWrite();
      if (tryWriteUrgent(value)) {
        return;
      }
      if (!blocking) {
        throw new IOException("Socket buffer full");
      }
      awaitWriteUrgent(value);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends one byte of urgent data without waiting.
   *
   * @return whether there was room for it
   */
  boolean offerUrgent(byte value) throws IOException {
    lock.lock();
    try {
      boolean _ = beginWrite();
      return tryWriteUrgent(value);
    } finally {
      lock.unlock();
    }
  }

  private boolean beginWrite() throws IOException {
    owner.ensureConnected();
    boolean blocking = owner.isBlocking();
    if (blocking) {
      owner.closeIfInterrupted();
    }
    return blocking;
  }

  private int tryWrite(ByteBuffer source) throws IOException {
    ensureOutput();
    try {
      return endpoint.write(source);
    } catch (ErrnoException e) {
      throw writeFailed(e);
    }
  }

  private long tryWrite(ByteBuffer[] sources, int offset, int length) throws IOException {
    ensureOutput();
    try {
      return endpoint.write(sources, offset, length);
    } catch (ErrnoException e) {
      throw writeFailed(e);
    }
  }

  private boolean tryWriteUrgent(byte value) throws IOException {
    ensureOutput();
    try {
      return endpoint.writeUrgent(value);
    } catch (ErrnoException e) {
      throw writeFailed(e);
    }
  }

  /** "The blocked thread will receive an AsynchronousCloseException", and so do later writers. */
  private void ensureOutput() throws AsynchronousCloseException {
    if (owner.isOutputShut() || owner.isGone()) {
      throw new AsynchronousCloseException();
    }
  }

  private IOException writeFailed(ErrnoException e) {
    return owner.isOutputShut() || owner.isGone()
        ? new AsynchronousCloseException()
        : SocketErrors.write(e);
  }

  private int awaitWrite(ByteBuffer source) throws IOException {
    int n = 0;
    Waiter waiter = owner.signals().writer();
    owner.beginWait();
    waiter.prepare();
    try {
      while (owner.isOpen()) {
        n += tryWrite(source);
        if (!source.hasRemaining()) {
          break;
        }
        owner.park(waiter, Clock.NEVER, "");
      }
    } finally {
      waiter.done();
      owner.endWait(n > 0);
    }
    return n;
  }

  private long awaitWrite(ByteBuffer[] sources, int offset, int length) throws IOException {
    long n = 0;
    Waiter waiter = owner.signals().writer();
    owner.beginWait();
    waiter.prepare();
    try {
      while (owner.isOpen()) {
        n += tryWrite(sources, offset, length);
        if (!Buffers.hasRemaining(sources, offset, length)) {
          break;
        }
        owner.park(waiter, Clock.NEVER, "");
      }
    } finally {
      waiter.done();
      owner.endWait(n > 0);
    }
    return n;
  }

  private void awaitWriteUrgent(byte value) throws IOException {
    boolean sent = false;
    Waiter waiter = owner.signals().writer();
    owner.beginWait();
    waiter.prepare();
    try {
      while (owner.isOpen()) {
        sent = tryWriteUrgent(value);
        if (sent) {
          break;
        }
        owner.park(waiter, Clock.NEVER, "");
      }
    } finally {
      waiter.done();
      owner.endWait(sent);
    }
  }
}

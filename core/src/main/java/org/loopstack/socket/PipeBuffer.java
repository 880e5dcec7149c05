// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/** What is between the two ends of a pipe: 64 KiB of bytes, as on Linux. Thread-safe. */
final class PipeBuffer {
  private static final int CAPACITY = 65_536;

  private final ReentrantLock lock = new ReentrantLock();
  private byte[] ring = new byte[0];
  private int first;
  private int count;
  private boolean sourceClosed;
  private boolean sinkClosed;

  /** Moves bytes out; 0 if there are none (or no room), -1 if there never will be any. */
  long read(ByteBuffer[] targets, int offset, int length) {
    lock.lock();
    try {
      long moved = 0;
      for (int i = offset; i < offset + length && count > 0; i++) {
        moved += read(targets[i]);
      }
      boolean end = moved == 0 && sinkClosed && count == 0;
      return end && Buffers.hasRemaining(targets, offset, length) ? -1 : moved;
    } finally {
      lock.unlock();
    }
  }

  private int read(ByteBuffer target) {
    int total = 0;
    while (count > 0 && target.hasRemaining()) {
      int n = Math.min(Math.min(count, CAPACITY - first), target.remaining());
      target.put(ring, first, n);
      first = (first + n) % CAPACITY;
      count -= n;
      total += n;
    }
    return total;
  }

  /**
   * Moves bytes in; 0 if there is no room.
   *
   * @throws IOException if nobody will read them
   */
  long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    lock.lock();
    try {
      if (sourceClosed) {
        throw new IOException("Broken pipe");
      }
      if (ring.length == 0) {
        ring = new byte[CAPACITY];
      }
      long moved = 0;
      for (int i = offset; i < offset + length && count < CAPACITY; i++) {
        moved += write(sources[i]);
      }
      return moved;
    } finally {
      lock.unlock();
    }
  }

  private int write(ByteBuffer source) {
    int total = 0;
    while (count < CAPACITY && source.hasRemaining()) {
      int end = (first + count) % CAPACITY;
      int n = Math.min(Math.min(CAPACITY - count, CAPACITY - end), source.remaining());
      source.get(ring, end, n);
      count += n;
      total += n;
    }
    return total;
  }

  boolean isReadable() {
    lock.lock();
    try {
      return count > 0 || sinkClosed;
    } finally {
      lock.unlock();
    }
  }

  boolean isWritable() {
    lock.lock();
    try {
      return count < CAPACITY || sourceClosed;
    } finally {
      lock.unlock();
    }
  }

  void closeSource() {
    lock.lock();
    try {
      sourceClosed = true;
    } finally {
      lock.unlock();
    }
  }

  void closeSink() {
    lock.lock();
    try {
      sinkClosed = true;
    } finally {
      lock.unlock();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.loopstack.buffer.Packet;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;

/**
 * An open file that a thread waits at for frames and can be called away from, and that others write
 * frames to.
 */
final class Descriptor {
  private final int fd;
  private final int event;
  private final String name;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment polls = arena.allocate(16, 8);

  /** Writers share a buffer; and nobody writes to a descriptor that is closed. */
  private final ReentrantLock writing = new ReentrantLock();

  private final MemorySegment outgoing = arena.allocate(Device.MAX_LENGTH, 8);
  private volatile boolean stopped;
  private boolean closed;

  /**
   * Takes a file over, which is closed if this fails.
   *
   * @param fd not blocking
   * @param name for exceptions
   */
  Descriptor(int fd, String name) throws LinuxException {
    this.fd = fd;
    this.name = name;
    try {
      event = LinuxException.check(Libc.eventfd(), "eventfd");
    } catch (LinuxException e) {
      Libc.close(fd);
      arena.close();
      throw e;
    }
    Libc.setPoll(polls, 0, event, Libc.POLLIN);
    Libc.setPoll(polls, 1, fd, Libc.POLLIN);
  }

  /** {@code ioctl}; 0 once it is closed. */
  int control(long request, MemorySegment argument) {
    writing.lock();
    try {
      return closed ? 0 : Libc.ioctl(fd, request, argument);
    } finally {
      writing.unlock();
    }
  }

  String name() {
    return name;
  }

  int read(MemorySegment buffer) throws LinuxException {
    while (!stopped) {
      long n = Libc.read(fd, buffer, buffer.byteSize());
      if (n >= 0) {
        return (int) n;
      }
      if (Errno.EAGAIN.is(n)) {
        await(2, -1);
      } else if (Errno.EBADFD.is(n) || Errno.ENETDOWN.is(n)) {
        // The interface is down, and poll would say at once that there is an error.
        await(1, 50);
      } else if (!Errno.EINTR.is(n)) {
        LinuxException.check(n, "read from " + name);
      }
    }
    return -1;
  }

  /** Waits for the event and, as the second, the file. */
  private void await(int count, int timeoutMillis) throws LinuxException {
    int ready = Libc.poll(polls, count, timeoutMillis);
    if (ready < 0 && !Errno.EINTR.is(ready)) {
      LinuxException.check(ready, "poll " + name);
    }
  }

  boolean write(MemorySegment bytes, int length) {
    writing.lock();
    try {
      return !closed && Libc.write(fd, bytes, length) == length;
    } finally {
      writing.unlock();
    }
  }

  /** Writes some bytes and a packet behind them. */
  boolean write(byte[] front, Packet packet) {
    int at = front.length;
    int length = packet.length();
    if (at + length > Device.MAX_LENGTH) {
      return false;
    }
    writing.lock();
    try {
      if (closed) {
        return false;
      }
      packet.makeContiguous();
      MemorySegment.copy(front, 0, outgoing, JAVA_BYTE, 0, at);
      MemorySegment.copy(packet.head(), packet.offset(), outgoing, JAVA_BYTE, at, length);
      return Libc.write(fd, outgoing, at + length) == at + length;
    } finally {
      writing.unlock();
    }
  }

  void stop() {
    writing.lock();
    try {
      stopped = true;
      if (!closed) {
        outgoing.set(JAVA_LONG, 0, 1);
        Libc.write(event, outgoing, 8);
      }
    } finally {
      writing.unlock();
    }
  }

  void close() {
    writing.lock();
    try {
      stopped = true;
      if (!closed) {
        closed = true;
        Libc.close(fd);
        Libc.close(event);
        arena.close();
      }
    } finally {
      writing.unlock();
    }
  }
}

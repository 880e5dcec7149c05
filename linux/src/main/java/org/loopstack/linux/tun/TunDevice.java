// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.loopstack.buffer.Packet;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;

/**
 * An interface of the kernel whose other end is this process. What the kernel transmits by it is
 * read here, what is written here the kernel receives by it: IP datagrams (TUN) or Ethernet frames
 * (TAP), one for each call, without a header in front. The interface is in the network namespace of
 * the thread that opened it, and gone when the device is closed or the process ends.
 *
 * <p>One thread reads; any thread may write, stop and close.
 */
public final class TunDevice implements Closeable {
  /** What is read and written. */
  public enum Kind {
    /** IP datagrams. */
    TUN(0x1),
    /** Ethernet frames. */
    TAP(0x2);

    private final int flag;

    Kind(int flag) {
      this.flag = flag;
    }
  }

  /** No datagram and no frame is longer: what an IPv6 datagram can have, and Ethernet's header. */
  public static final int MAX_LENGTH = 65_575 + 14;

  private static final String PATH = "/dev/net/tun";
  private static final int IFF_NO_PI = 0x1000;
  private static final int NAME_LENGTH = 16;
  private static final int IFREQ_LENGTH = 40;

  /** {@code _IOW('T', 202, int)}, which POWER encodes in its own way. */
  private static final long TUNSETIFF =
      System.getProperty("os.arch", "").startsWith("ppc") ? 0x8004_54caL : 0x4004_54caL;

  private final int fd;
  private final int event;
  private final String name;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment polls = arena.allocate(16, 8);

  /** Writers share a buffer; and nobody writes to a descriptor that is closed. */
  private final ReentrantLock writing = new ReentrantLock();

  private final MemorySegment outgoing = arena.allocate(MAX_LENGTH, 8);
  private volatile boolean stopped;
  private boolean closed;

  private TunDevice(int fd, int event, String name) {
    this.fd = fd;
    this.event = event;
    this.name = name;
    Libc.setPoll(polls, 0, event, Libc.POLLIN);
    Libc.setPoll(polls, 1, fd, Libc.POLLIN);
  }

  /**
   * Makes an interface, or takes the other end of one that is there and persistent.
   *
   * @param kind what is read and written
   * @param name 1 to 15 characters; a {@code %d} in it becomes the first number that is free
   * @throws LinuxException EACCES or EPERM where that is not allowed, ENOENT or ENODEV where the
   *     kernel has no such device, EBUSY if somebody has the other end
   */
  public static TunDevice open(Kind kind, String name) throws LinuxException {
    if (name.isEmpty() || name.length() >= NAME_LENGTH) {
      throw new IllegalArgumentException(
          "The name of an interface has 1 to 15 characters: " + name);
    }
    int fd = LinuxException.check(Libc.open(PATH, Libc.O_RDWR | Libc.O_NONBLOCK), "open " + PATH);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_LENGTH, 8);
      request.setString(0, name);
      request.set(JAVA_SHORT, NAME_LENGTH, (short) (kind.flag | IFF_NO_PI));
      LinuxException.check(Libc.ioctl(fd, TUNSETIFF, request), "make the interface " + name);
      int event = LinuxException.check(Libc.eventfd(), "eventfd");
      return new TunDevice(fd, event, request.getString(0));
    } catch (LinuxException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** What the interface is called. */
  public String name() {
    return name;
  }

  /**
   * Waits for what the kernel transmits.
   *
   * @param buffer native memory, {@link #MAX_LENGTH} bytes or more
   * @return how many bytes, or -1 after {@link #stop}
   * @throws LinuxException EIO when the interface was removed
   */
  public int read(MemorySegment buffer) throws LinuxException {
    while (!stopped) {
      long n = Libc.read(fd, buffer, buffer.byteSize());
      if (n >= 0) {
        return (int) n;
      }
      if (Errno.EAGAIN.is(n)) {
        await(2, -1);
      } else if (Errno.EBADFD.is(n)) {
        // The interface is down, and poll would say at once that there is an error.
        await(1, 50);
      } else if (!Errno.EINTR.is(n)) {
        LinuxException.check(n, "read from " + name);
      }
    }
    return -1;
  }

  /** Waits for the event and, as the second, the device. */
  private void await(int count, int timeoutMillis) throws LinuxException {
    int ready = Libc.poll(polls, count, timeoutMillis);
    if (ready < 0 && !Errno.EINTR.is(ready)) {
      LinuxException.check(ready, "poll " + name);
    }
  }

  /**
   * Lets the kernel receive something; does nothing after {@link #close}.
   *
   * @param bytes native memory
   * @return whether the kernel took it; it does not while the interface is down, nor what is
   *     neither IPv4 nor IPv6
   */
  public boolean write(MemorySegment bytes, int length) {
    writing.lock();
    try {
      return !closed && Libc.write(fd, bytes, length) == length;
    } finally {
      writing.unlock();
    }
  }

  /**
   * As {@link #write(MemorySegment, int)}.
   *
   * @param packet whole and with its checksums; only read
   */
  public boolean write(Packet packet) {
    int length = packet.length();
    if (length > MAX_LENGTH) {
      return false;
    }
    writing.lock();
    try {
      if (closed) {
        return false;
      }
      packet.makeContiguous();
      MemorySegment.copy(packet.head(), packet.offset(), outgoing, JAVA_BYTE, 0, length);
      return Libc.write(fd, outgoing, length) == length;
    } finally {
      writing.unlock();
    }
  }

  /** Ends the wait of whoever reads, now and from now on. */
  public void stop() {
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

  /** Removes the interface. Called when nobody reads any more: see {@link #stop}. */
  @Override
  public void close() {
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

  @Override
  public String toString() {
    return name;
  }
}

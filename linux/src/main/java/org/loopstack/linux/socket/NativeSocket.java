// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.wire.IpAddress;

/**
 * A datagram socket of the kernel. Whoever waits in it is woken when it is closed. Safe for use by
 * many threads.
 */
final class NativeSocket implements Closeable {
  /** What was received, with the time to live or hop limit, or -1 where the kernel did not say. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares what was received.
  record Received(IpAddress source, int timeToLive, byte[] data) {}

  static final int SOCK_RAW = 3;
  static final int SOCK_DGRAM = 2;

  private static final int MAX_LENGTH = 65_575;
  private static final int CONTROL_LENGTH = 128;
  private static final int MSG_DONTWAIT = 0x40;

  /** Also IP_RECVTTL's level and the type of what it gives. */
  private static final int IPPROTO_IP = 0;

  private static final int IPPROTO_IPV6 = 41;
  private static final int IP_TTL = 2;
  private static final int IP_RECVTTL = 12;
  private static final int IPV6_UNICAST_HOPS = 16;
  private static final int IPV6_RECVHOPLIMIT = 51;
  private static final int IPV6_HOPLIMIT = 52;

  private final boolean ipv6;
  private final int fd;
  private final int event;

  /** Held shared by whoever uses the descriptors, alone by whoever closes them. */
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

  private volatile boolean closing;
  private boolean closed;

  private NativeSocket(boolean ipv6, int fd, int event) {
    this.ipv6 = ipv6;
    this.fd = fd;
    this.event = event;
  }

  static NativeSocket open(boolean ipv6, int type, int protocol, String what)
      throws LinuxException {
    int family = ipv6 ? SocketAddresses.AF_INET6 : SocketAddresses.AF_INET;
    int fd = LinuxException.check(Libc.socket(family, type, protocol), "open " + what);
    try {
      int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
      int option = ipv6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL;
      LinuxException.check(Libc.setsockopt(fd, level, option, 1), "ask for the time to live");
      return new NativeSocket(ipv6, fd, LinuxException.check(Libc.eventfd(), "eventfd"));
    } catch (LinuxException e) {
      Libc.close(fd);
      throw e;
    }
  }

  boolean isIpv6() {
    return ipv6;
  }

  void setOption(int level, int name, int value, String what) throws IOException {
    use.readLock().lock();
    try {
      checkOpen();
      LinuxException.check(Libc.setsockopt(fd, level, name, value), what);
    } finally {
      use.readLock().unlock();
    }
  }

  void setTimeToLive(int value) throws IOException {
    if (value < 1 || value > 255) {
      throw new IllegalArgumentException("A time to live is 1 to 255: " + value);
    }
    setOption(
        ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
        ipv6 ? IPV6_UNICAST_HOPS : IP_TTL,
        value,
        "set the time to live");
  }

  private void checkOpen() throws ClosedChannelException {
    if (closing) {
      throw new ClosedChannelException();
    }
  }

  void send(IpAddress target, byte[] data) throws IOException {
    if (target.isIpv6() != ipv6) {
      throw new IllegalArgumentException(target + " is of the other IP version");
    }
    use.readLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      checkOpen();
      MemorySegment bytes = arena.allocate(Math.max(data.length, 1));
      MemorySegment.copy(data, 0, bytes, JAVA_BYTE, 0, data.length);
      MemorySegment address = SocketAddresses.encode(arena, target, 0);
      LinuxException.check(Libc.sendto(fd, bytes, data.length, 0, address), "send to " + target);
    } finally {
      use.readLock().unlock();
    }
  }

  /**
   * Waits for a datagram.
   *
   * @return null if none has come in time
   */
  @Nullable Received receive(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    use.readLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polls = arena.allocate(16, 8);
      Libc.setPoll(polls, 0, event, Libc.POLLIN);
      Libc.setPoll(polls, 1, fd, Libc.POLLIN);
      Message message = new Message(arena);
      while (true) {
        checkOpen();
        long n = Libc.recvmsg(fd, message.header, MSG_DONTWAIT);
        if (n >= 0) {
          return message.received((int) n);
        }
        if (!Errno.EAGAIN.is(n) && !Errno.EINTR.is(n)) {
          LinuxException.check(n, "receive");
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return null;
        }
        int ready = Libc.poll(polls, 2, (int) Math.min(left / 1_000_000 + 1, Integer.MAX_VALUE));
        if (ready < 0 && !Errno.EINTR.is(ready)) {
          LinuxException.check(ready, "poll");
        }
      }
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public void close() {
    closing = true;
    try (Arena arena = Arena.ofConfined()) {
      // Wakes who waits; the lock is free then.
      if (use.getReadLockCount() > 0) {
        Libc.write(event, arena.allocateFrom(JAVA_LONG, 1), 8);
      }
    }
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        Libc.close(fd);
        Libc.close(event);
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  /** {@code struct msghdr} with room for an address, a datagram and what is told of it. */
  private static final class Message {
    private final MemorySegment header;
    private final MemorySegment address;
    private final MemorySegment data;
    private final MemorySegment control;

    Message(Arena arena) {
      header = arena.allocate(56, 8);
      address = arena.allocate(SocketAddresses.MAX_LENGTH, 8);
      data = arena.allocate(MAX_LENGTH, 8);
      control = arena.allocate(CONTROL_LENGTH, 8);
      MemorySegment vector = arena.allocate(16, 8);
      vector.set(ADDRESS, 0, data);
      vector.set(JAVA_LONG, 8, MAX_LENGTH);
      header.set(ADDRESS, 0, address);
      header.set(JAVA_INT, 8, SocketAddresses.MAX_LENGTH);
      header.set(ADDRESS, 16, vector);
      header.set(JAVA_LONG, 24, 1);
      header.set(ADDRESS, 32, control);
      header.set(JAVA_LONG, 40, CONTROL_LENGTH);
    }

    Received received(int length) {
      return new Received(
          SocketAddresses.address(address),
          timeToLive(),
          data.asSlice(0, length).toArray(JAVA_BYTE));
    }

    /** {@code struct cmsghdr}: length, level, type, and a number behind them. */
    private int timeToLive() {
      long end = header.get(JAVA_LONG, 40);
      for (long at = 0; at + 20 <= end; ) {
        long length = control.get(JAVA_LONG, at);
        int level = control.get(JAVA_INT, at + 8);
        int type = control.get(JAVA_INT, at + 12);
        if (level == IPPROTO_IP && type == IP_TTL
            || level == IPPROTO_IPV6 && type == IPV6_HOPLIMIT) {
          return control.get(JAVA_INT, at + 16);
        }
        if (length < 16) {
          break;
        }
        at += length + 7 & ~7;
      }
      return -1;
    }
  }
}

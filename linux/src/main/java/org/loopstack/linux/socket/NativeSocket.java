// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
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
import org.loopstack.linux.ffi.SocketAddresses;
import org.loopstack.wire.IpAddress;

/**
 * A datagram socket of the kernel. Whoever waits in it is woken when it is closed. Safe for use by
 * many threads.
 */
final class NativeSocket implements Closeable {
  /** What came. */
  sealed interface Arrival {}

  /** A datagram, with the time to live or hop limit, or -1 where the kernel did not say. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares what was received.
  record Received(IpAddress source, int timeToLive, byte[] data) implements Arrival {}

  /** An ICMP error; who sent it, or null if the kernel did not say; what it is about. */
  @SuppressWarnings("ArrayRecordComponent") // Nor this.
  record Failed(@Nullable IpAddress source, int type, int code, int info, byte[] sent)
      implements Arrival {}

  static final int SOCK_RAW = 3;
  static final int SOCK_DGRAM = 2;

  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_ERRQUEUE = 0x2000;

  private static final int IPPROTO_IP = 0;

  private static final int IPPROTO_IPV6 = 41;
  private static final int IP_TTL = 2;
  private static final int IP_RECVERR = 11;
  private static final int IP_RECVTTL = 12;
  private static final int IPV6_UNICAST_HOPS = 16;
  private static final int IPV6_RECVERR = 25;
  private static final int IPV6_RECVHOPLIMIT = 51;

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

  /** From now on ICMP errors come, too. */
  void tellErrors() throws IOException {
    setOption(
        ipv6 ? IPPROTO_IPV6 : IPPROTO_IP,
        ipv6 ? IPV6_RECVERR : IP_RECVERR,
        1,
        "ask for ICMP errors");
  }

  /** Sends to one host only from now on, and receives from it only. */
  void connect(IpAddress target) throws IOException {
    use.readLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      checkOpen();
      MemorySegment address = SocketAddresses.write(arena, checked(target), 0, 0);
      LinuxException.check(Libc.connect(fd, address), "connect to " + target);
    } finally {
      use.readLock().unlock();
    }
  }

  private IpAddress checked(IpAddress target) {
    if (target.isIpv6() != ipv6) {
      throw new IllegalArgumentException(target + " is of the other IP version");
    }
    return target;
  }

  private void checkOpen() throws ClosedChannelException {
    if (closing) {
      throw new ClosedChannelException();
    }
  }

  /** Sends to a host, or to the one that it is connected to: null. */
  void send(@Nullable IpAddress target, byte[] data) throws IOException {
    use.readLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      checkOpen();
      MemorySegment bytes = arena.allocate(Math.max(data.length, 1));
      MemorySegment.copy(data, 0, bytes, JAVA_BYTE, 0, data.length);
      MemorySegment address =
          target == null ? MemorySegment.NULL : SocketAddresses.write(arena, checked(target), 0, 0);
      LinuxException.check(
          Libc.sendto(fd, bytes, data.length, 0, address),
          target == null ? "send" : "send to " + target);
    } finally {
      use.readLock().unlock();
    }
  }

  /**
   * Waits for something to come.
   *
   * @return null if nothing has in time, or after {@link #wakeup}
   */
  @Nullable Arrival receive(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    use.readLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polls = arena.allocate(16, 8);
      Libc.setPoll(polls, 0, event, Libc.POLLIN);
      Libc.setPoll(polls, 1, fd, Libc.POLLIN);
      NativeMessage message = new NativeMessage(arena);
      while (true) {
        checkOpen();
        Arrival came = take(message);
        if (came != null) {
          return came;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return null;
        }
        int ready = Libc.poll(polls, 2, (int) Math.min(left / 1_000_000 + 1, Integer.MAX_VALUE));
        if (ready < 0 && !Errno.EINTR.is(ready)) {
          LinuxException.check(ready, "poll");
        }
        if (ready > 0 && Libc.polled(polls, 0) != 0 && !closing) {
          long _ = Libc.read(event, polls, Long.BYTES);
          return null;
        }
      }
    } finally {
      use.readLock().unlock();
    }
  }

  /** What is there, or null. An ICMP error is a socket's error, and more of it is on a queue. */
  private @Nullable Arrival take(NativeMessage message) throws IOException {
    long n = Libc.recvmsg(fd, message.fresh(), MSG_DONTWAIT);
    if (n >= 0) {
      return message.received((int) n);
    }
    long told = Libc.recvmsg(fd, message.fresh(), MSG_DONTWAIT | MSG_ERRQUEUE);
    Failed failed = told < 0 ? null : message.failed((int) told);
    if (failed == null && !Errno.EAGAIN.is(n) && !Errno.EINTR.is(n)) {
      LinuxException.check(n, "receive");
    }
    return failed;
  }

  /** Makes a {@link #receive} that waits, or the next one, return at once. */
  void wakeup() {
    use.readLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      if (!closing) {
        Libc.write(event, arena.allocateFrom(JAVA_LONG, 1), Long.BYTES);
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
}

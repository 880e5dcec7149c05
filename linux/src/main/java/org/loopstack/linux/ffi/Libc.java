// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library's calls. Each gives what the C function gives, or the negated error number where
 * that gives -1. Calls that can wait do so on the calling thread and are not interruptible: wait
 * with {@link #poll} on an event descriptor as well.
 *
 * <p>Descriptors are opened with close-on-exec. Safe for use by many threads.
 */
public final class Libc {
  /** {@code O_RDWR} with {@code O_CLOEXEC}. */
  public static final int O_RDWR = 0x2 | 0x80000;

  /** {@code O_RDONLY} with {@code O_CLOEXEC}. */
  public static final int O_RDONLY = 0x80000;

  /** {@code O_NONBLOCK}. */
  public static final int O_NONBLOCK = 0x800;

  /** Something can be read. */
  public static final short POLLIN = 0x1;

  /** An error is there to be asked for. */
  public static final short POLLERR = 0x8;

  /** The other end is gone. */
  public static final short POLLHUP = 0x10;

  private static final int SOCK_CLOEXEC = 0x80000;

  private static final MethodHandle OPEN =
      Downcalls.variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = Downcalls.of("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle READ =
      Downcalls.of("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE =
      Downcalls.of("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle IOCTL =
      Downcalls.variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle POLL =
      Downcalls.of("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle EVENTFD = Downcalls.of("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKET =
      Downcalls.of("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND =
      Downcalls.of("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CONNECT =
      Downcalls.of("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKNAME =
      Downcalls.of("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle GETPEERNAME =
      Downcalls.of("getpeername", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SENDTO =
      Downcalls.of("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVFROM =
      Downcalls.of("recvfrom", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle RECVMSG =
      Downcalls.of("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      Downcalls.of("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSOCKOPT =
      Downcalls.of("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETNS = Downcalls.of("setns", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle UNSHARE = Downcalls.of("unshare", JAVA_INT, JAVA_INT);

  private static final MethodHandle KILL = Downcalls.of("kill", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SIGNAL = Downcalls.of("signal", ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle EXECVP = Downcalls.of("execvp", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle FCNTL =
      Downcalls.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

  private Libc() {}

  /** {@code open(path, flags)}; a descriptor. */
  public static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (int) OPEN.invokeExact(errno, arena.allocateFrom(path), flags, 0), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code close(fd)}. */
  public static int close(int fd) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) CLOSE.invokeExact(errno, fd), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code read(fd, buffer, length)}; how many bytes. */
  public static long read(int fd, MemorySegment buffer, long length) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((long) READ.invokeExact(errno, fd, buffer, length), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code write(fd, buffer, length)}; how many bytes. */
  public static long write(int fd, MemorySegment buffer, long length) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((long) WRITE.invokeExact(errno, fd, buffer, length), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code ioctl(fd, request, argument)}. */
  public static int ioctl(int fd, long request, MemorySegment argument) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) IOCTL.invokeExact(errno, fd, request, argument), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /**
   * {@code poll(descriptors, count, timeout)}; how many have something to tell.
   *
   * @param descriptors {@code struct pollfd}: a descriptor, 4 bytes; what to wait for, 2; what
   *     there is, 2
   * @param timeoutMillis -1 for as long as it takes
   */
  public static int poll(MemorySegment descriptors, int count, int timeoutMillis) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (int) POLL.invokeExact(errno, descriptors, (long) count, timeoutMillis), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** Writes a {@code struct pollfd}, 8 bytes, for {@link #poll}. */
  public static void setPoll(MemorySegment descriptors, int index, int fd, short events) {
    descriptors.set(JAVA_INT, index * 8L, fd);
    descriptors.set(JAVA_SHORT, index * 8L + 4, events);
    descriptors.set(JAVA_SHORT, index * 8L + 6, (short) 0);
  }

  /** What {@link #poll} has found. */
  public static short polled(MemorySegment descriptors, int index) {
    return descriptors.get(JAVA_SHORT, index * 8L + 6);
  }

  /** {@code eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}; a descriptor. */
  public static int eventfd() {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (int) EVENTFD.invokeExact(errno, 0, SOCK_CLOEXEC | O_NONBLOCK), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code socket(domain, type | SOCK_CLOEXEC, protocol)}; a descriptor. */
  public static int socket(int domain, int type, int protocol) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (int) SOCKET.invokeExact(errno, domain, type | SOCK_CLOEXEC, protocol), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code bind(fd, address, its size)}. */
  public static int bind(int fd, MemorySegment address) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (int) BIND.invokeExact(errno, fd, address, (int) address.byteSize()), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code connect(fd, address, its size)}. */
  public static int connect(int fd, MemorySegment address) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (int) CONNECT.invokeExact(errno, fd, address, (int) address.byteSize()), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code getsockname(fd, address, length)}; {@code length}, 4 bytes, goes in and out. */
  public static int getsockname(int fd, MemorySegment address, MemorySegment length) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) GETSOCKNAME.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code getpeername(fd, address, length)}; {@code length}, 4 bytes, goes in and out. */
  public static int getpeername(int fd, MemorySegment address, MemorySegment length) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) GETPEERNAME.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /**
   * {@code sendto(fd, buffer, length, flags, address, its size)}; how many bytes.
   *
   * @param address of the receiver, or {@link MemorySegment#NULL}
   */
  public static long sendto(
      int fd, MemorySegment buffer, long length, int flags, MemorySegment address) {
    try {
      MemorySegment errno = Downcalls.errno();
      int size = (int) address.byteSize();
      return Downcalls.result(
          (long) SENDTO.invokeExact(errno, fd, buffer, length, flags, address, size), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /**
   * {@code recvfrom(fd, buffer, length, flags, address, addressLength)}; how many bytes.
   *
   * @param address is filled in, or {@link MemorySegment#NULL}
   * @param addressLength 4 bytes, in and out, or {@link MemorySegment#NULL}
   */
  public static long recvfrom(
      int fd,
      MemorySegment buffer,
      long length,
      int flags,
      MemorySegment address,
      MemorySegment addressLength) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (long) RECVFROM.invokeExact(errno, fd, buffer, length, flags, address, addressLength),
          errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code recvmsg(fd, message, flags)}; how many bytes. */
  public static long recvmsg(int fd, MemorySegment message, int flags) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((long) RECVMSG.invokeExact(errno, fd, message, flags), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code setsockopt(fd, level, name, value, its size)}. */
  public static int setsockopt(int fd, int level, int name, MemorySegment value) {
    try {
      MemorySegment errno = Downcalls.errno();
      int size = (int) value.byteSize();
      return Downcalls.result(
          (int) SETSOCKOPT.invokeExact(errno, fd, level, name, value, size), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code setsockopt} with a number. */
  public static int setsockopt(int fd, int level, int name, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return setsockopt(fd, level, name, arena.allocateFrom(JAVA_INT, value));
    }
  }

  /**
   * {@code getsockopt(fd, level, name, value, length)}; {@code length}, 4 bytes, goes in and out.
   */
  public static int getsockopt(
      int fd, int level, int name, MemorySegment value, MemorySegment length) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result(
          (int) GETSOCKOPT.invokeExact(errno, fd, level, name, value, length), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code setns(fd, type)}: the calling thread, which must be a platform thread, changes over. */
  public static int setns(int fd, int type) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) SETNS.invokeExact(errno, fd, type), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code unshare(flags)}, for the calling thread, which must be a platform thread. */
  public static int unshare(int flags) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) UNSHARE.invokeExact(errno, flags), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code kill(pid, signal)}. */
  public static int kill(int pid, int signal) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) KILL.invokeExact(errno, pid, signal), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /**
   * {@code signal(number, SIG_IGN)}: this process ignores it from now on, and so do programs that
   * it starts from now on.
   */
  public static void ignoreSignal(int number) {
    MemorySegment ignore = MemorySegment.ofAddress(1);
    try {
      MemorySegment _ = (MemorySegment) SIGNAL.invokeExact(Downcalls.errno(), number, ignore);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /** {@code fcntl(fd, command, argument)}. */
  public static int fcntl(int fd, int command, int argument) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) FCNTL.invokeExact(errno, fd, command, argument), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }

  /**
   * {@code execvp(file, arguments)}: this process becomes another program; returns only if that
   * fails.
   *
   * @param arguments pointers to strings, with a null behind the last
   */
  public static int execvp(MemorySegment file, MemorySegment arguments) {
    try {
      MemorySegment errno = Downcalls.errno();
      return Downcalls.result((int) EXECVP.invokeExact(errno, file, arguments), errno);
    } catch (Throwable t) {
      throw Downcalls.impossible(t);
    }
  }
}

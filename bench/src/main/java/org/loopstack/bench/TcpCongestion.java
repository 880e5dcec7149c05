// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Method;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The option {@code TCP_CONGESTION} of the kernel's sockets, which java.nio does not have. Needs
 * Linux, {@code --enable-native-access} and {@code --add-exports java.base/sun.nio.ch}; and, for an
 * algorithm that the machine's administrator has not allowed to everybody, the right CAP_NET_ADMIN.
 * Safe for use by many threads.
 */
public final class TcpCongestion {
  /** The algorithm that Linux has by default. */
  public static final String CUBIC = "cubic";

  // linux/in.h, linux/tcp.h
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_CONGESTION = 13;
  private static final int NAME_LENGTH = 16;

  private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final Method descriptor;
  private final MethodHandle setsockopt;
  private final MethodHandle getsockopt;

  private TcpCongestion(Method descriptor, MethodHandle setsockopt, MethodHandle getsockopt) {
    this.descriptor = descriptor;
    this.setsockopt = setsockopt;
    this.getsockopt = getsockopt;
  }

  /**
   * The way to the option.
   *
   * @throws IOException if this JVM has none; the message says why
   */
  @SuppressWarnings("restricted") // Why --enable-native-access is needed.
  public static TcpCongestion open() throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IOException("this is not Linux");
    }
    try {
      Method descriptor = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
      Linker linker = Linker.nativeLinker();
      Linker.Option errno = Linker.Option.captureCallState("errno");
      MethodHandle set =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("setsockopt"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
              errno);
      MethodHandle get =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("getsockopt"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
              errno);
      TcpCongestion congestion = new TcpCongestion(descriptor, set, get);
      try (SocketChannel probe = SocketChannel.open()) {
        String _ = congestion.get(probe);
      }
      return congestion;
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IOException("TCP_CONGESTION cannot be reached: " + e.getMessage(), e);
    }
  }

  /** Sets the algorithm of a channel of the JDK's own provider. */
  public void set(SocketChannel channel, String algorithm) throws IOException {
    setOption(channel, algorithm);
  }

  /** Sets the algorithm of a listener of the JDK's own provider, and of what it will accept. */
  public void set(ServerSocketChannel channel, String algorithm) throws IOException {
    setOption(channel, algorithm);
  }

  private void setOption(Channel channel, String algorithm) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocateFrom(algorithm);
      MemorySegment errno = arena.allocate(ERRNO);
      int result =
          (int)
              setsockopt.invokeExact(
                  errno, fd(channel), IPPROTO_TCP, TCP_CONGESTION, value, algorithm.length());
      check(result, errno, "setting congestion control " + algorithm);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(e);
    }
  }

  /** The algorithm of a channel of the JDK's own provider. */
  public String get(SocketChannel channel) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(NAME_LENGTH + 1L);
      MemorySegment length = arena.allocateFrom(JAVA_INT, NAME_LENGTH);
      MemorySegment errno = arena.allocate(ERRNO);
      int result =
          (int)
              getsockopt.invokeExact(
                  errno, fd(channel), IPPROTO_TCP, TCP_CONGESTION, value, length);
      check(result, errno, "asking for the congestion control");
      return value.getString(0);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(e);
    }
  }

  private static void check(int result, MemorySegment errno, String what) throws IOException {
    if (result != 0) {
      int number = (int) ERRNO_VALUE.get(errno, 0L);
      String why = number == 1 ? "not permitted" : "errno " + number;
      throw new IOException(what + ": " + why);
    }
  }

  private int fd(Channel channel) throws ReflectiveOperationException {
    return (Integer) descriptor.invoke(channel);
  }
}

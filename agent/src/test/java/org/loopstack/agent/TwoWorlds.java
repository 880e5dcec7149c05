// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.loopstack.Stack;
import org.loopstack.engine.Waiter;

/**
 * A stack, and a machine's network whose only address is one of the machine's loopback: what a
 * program takes for an outside address, and no packet leaves the machine.
 */
final class TwoWorlds implements AutoCloseable {
  /** An address outside. */
  static final InetAddress OUTSIDE = InetAddress.ofLiteral("127.7.7.7");

  static final InetAddress INSIDE = InetAddress.ofLiteral("127.0.0.1");
  static final SelectorProvider KERNEL = SelectorProvider.provider();

  final Stack stack = Stack.create();
  final Worlds worlds =
      new Worlds(stack, new Machine(KERNEL, OUTSIDE::equals, ipv4Only -> List.of(OUTSIDE)));
  final MixedSelectorProvider provider = new MixedSelectorProvider(worlds);
  final MixedAsynchronousChannelProvider asynchronous =
      new MixedAsynchronousChannelProvider(worlds, AsynchronousChannelProvider::provider);

  static InetSocketAddress outside(int port) {
    return new InetSocketAddress(OUTSIDE, port);
  }

  static InetSocketAddress inside(int port) {
    return new InetSocketAddress(INSIDE, port);
  }

  /**
   * Whether a thread waits in the stack, for a future, or in a system call of the JDK's channels.
   */
  static boolean isBlocked(Thread thread) {
    StackTraceElement[] frames = thread.getStackTrace();
    if (frames.length > 0
        && frames[0].isNativeMethod()
        && frames[0].getClassName().startsWith("sun.nio.ch.")) {
      return true;
    }
    // Nowhere else: who loads a class may wait, too, and so does who is late for a lock.
    return Arrays.stream(frames).anyMatch(TwoWorlds::isWait)
        && switch (thread.getState()) {
          case WAITING, TIMED_WAITING -> true;
          default -> false;
        };
  }

  private static boolean isWait(StackTraceElement frame) {
    String where = frame.getClassName();
    return switch (frame.getMethodName()) {
      case "park" -> where.equals(Waiter.class.getName());
      case "awaitDone" -> where.equals(FutureTask.class.getName());
      default -> false;
    };
  }

  @Override
  public void close() {
    stack.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;

/**
 * For libraries that write {@code new Socket()} and take no factory: all such sockets of this JVM
 * are on the stack of the test that is running. The JDK lets a JVM be told so once. (A whole
 * program that knows nothing of it, channels included, runs under the agent.)
 */
final class JvmSockets {
  private static final AtomicReference<@Nullable Stack> CURRENT = new AtomicReference<>();

  static {
    install();
  }

  private JvmSockets() {}

  @SuppressWarnings("deprecation") // The JDK advises against it, and offers nothing else.
  private static void install() {
    try {
      Socket.setSocketImplFactory(() -> stack().newSocketImpl(false));
      ServerSocket.setSocketFactory(() -> stack().newSocketImpl(true));
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static Stack stack() {
    Stack stack = CURRENT.get();
    if (stack == null) {
      throw new IllegalStateException("No test has said whose sockets these are");
    }
    return stack;
  }

  /** From now on they are those of this stack. */
  static void on(Stack stack) {
    CURRENT.set(stack);
  }
}

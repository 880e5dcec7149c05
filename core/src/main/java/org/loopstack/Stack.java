// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;

/**
 * A host of its own: interfaces, first of all {@code lo}, addresses, routes, TCP, UDP and ICMP, in
 * this JVM and unknown to the machine and to every other stack.
 *
 * <pre>{@code
 * try (Stack stack = Stack.create()) {
 *   ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
 *   server.bind(new InetSocketAddress("127.0.0.1", 8080));       // nobody else's port 8080
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads. A stack owns no thread; it must be {@linkplain #close closed}.
 */
public abstract class Stack implements AutoCloseable {
  Stack() {}

  /** A stack like Linux, with lo up: 127.0.0.1/8 and ::1/128. */
  public static Stack create() {
    return create(StackConfiguration.linux());
  }

  /** A stack. */
  public static Stack create(StackConfiguration configuration) {
    throw new UnsupportedOperationException(
        "The internet layer has not landed yet: " + configuration.name());
  }

  /** What people call it. */
  public abstract String name();

  /** How it behaves. */
  public abstract StackConfiguration configuration();

  /** Its clock, timers and randomness. */
  public abstract Engine engine();

  /** Where its channels and selectors come from. Always the same provider. */
  public abstract SelectorProvider selectorProvider();

  /** The interface {@code lo}. */
  public abstract StackInterface loopback();

  /** Its interfaces, by index. */
  public abstract List<StackInterface> interfaces();

  /** The interface with that name, or null. */
  public abstract @Nullable StackInterface interfaceNamed(String name);

  /** Where it sends what is not for itself. */
  public abstract StackRoutes routes();

  /** What it looks like now. */
  public abstract StackSnapshot snapshot();

  /** Whether it was not closed yet. */
  public abstract boolean isOpen();

  /**
   * Ends the stack as when a host is switched off: every socket is closed, whoever waits in one is
   * woken with the exception that an asynchronous close gives, nothing more is sent, links are
   * closed, and no timer, port or thread is left. Does nothing the second time.
   */
  @Override
  public abstract void close();
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.net.SocketOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;

/**
 * What all endpoints have in common, as the socket layer sees them. No call blocks. Safe for use by
 * many threads, except that at most one thread reads and at most one writes at a time: the channels
 * see to that with a lock of their own, so that payload can be copied outside the endpoint's lock.
 */
public interface SocketEndpoint {
  /** Sets who is told when something becomes possible; null for nobody. */
  void setReadinessListener(@Nullable ReadinessListener listener);

  /** What is possible now, as bits of {@link Readiness}. */
  int readiness();

  /**
   * Binds to a local address and port; port 0 chooses one.
   *
   * @throws ErrnoException EADDRINUSE, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT; EINVAL if bound already
   */
  void bind(TransportAddress local) throws ErrnoException;

  /** Where the endpoint is bound, or null. */
  @Nullable TransportAddress localAddress();

  /**
   * Sets an option.
   *
   * @throws ErrnoException as {@code setsockopt} does: EINVAL for a value out of range
   * @throws UnsupportedOperationException if it is not one of {@link #supportedOptions}
   */
  <T> void setOption(SocketOption<T> option, @Nullable T value) throws ErrnoException;

  /**
   * The value of an option.
   *
   * @throws UnsupportedOperationException if it is not one of {@link #supportedOptions}
   */
  <T> @Nullable T option(SocketOption<T> option) throws ErrnoException;

  /** The options that mean something here. */
  Set<SocketOption<?>> supportedOptions();

  /** Gives the endpoint up, as {@code close} does: what was written is still delivered. */
  void close();
}

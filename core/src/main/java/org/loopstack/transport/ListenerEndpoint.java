// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;

/** Where connections to a port arrive. */
public interface ListenerEndpoint extends SocketEndpoint {
  /**
   * Begins to accept connections, on an ephemeral port if not bound; again: changes the backlog.
   *
   * @param backlog how many connections may wait to be accepted; as on Linux, one more than this,
   *     and less than 1 counts as 0; larger values are cut to the stack's limit (somaxconn)
   * @throws ErrnoException EADDRINUSE
   */
  void listen(int backlog) throws ErrnoException;

  /**
   * Takes the connection that has waited longest.
   *
   * @return null if none waits
   */
  @Nullable StreamEndpoint accept() throws ErrnoException;
}

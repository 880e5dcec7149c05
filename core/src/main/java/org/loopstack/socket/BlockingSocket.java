// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What stands behind a {@link StackSocketImpl}: a {@link BlockingStream} or a listener. */
sealed interface BlockingSocket extends Closeable permits BlockingStream, BlockingListener {
  /** Its options. */
  Options options();

  /** Binds to an address and a port, 0 for any. */
  void bind(InetAddress host, int port) throws IOException;

  /** Where it is bound, or null. */
  @Nullable InetSocketAddress local();

  /** Ends it, and wakes whoever waits in it. Does nothing the second time. */
  @Override
  void close();
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.bench.Side;

/**
 * Both ends of a connection.
 *
 * @param client the end that has connected
 * @param server the end that was accepted
 */
record TcpPair(SocketChannel client, SocketChannel server) implements AutoCloseable {
  /** A new connection by way of a listener of its own. */
  static TcpPair open(Side side) throws IOException {
    try (ServerSocketChannel listener = side.listen(1)) {
      return open(side, listener);
    }
  }

  /** A new connection to the listener, which nobody else may use meanwhile. */
  static TcpPair open(Side side, ServerSocketChannel listener) throws IOException {
    SocketChannel client = side.connect(listener.getLocalAddress());
    try {
      return new TcpPair(client, listener.accept());
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (client;
        server) {}
  }
}

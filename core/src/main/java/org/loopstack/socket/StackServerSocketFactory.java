// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes listening sockets of one stack. Safe for use by many threads. */
final class StackServerSocketFactory extends ServerSocketFactory {
  private final StackSelectorProvider provider;

  StackServerSocketFactory(StackSelectorProvider provider) {
    this.provider = provider;
  }

  /** A server socket that is not bound. */
  @Override
  public ServerSocket createServerSocket() {
    return new PlainServerSocket(provider);
  }

  @Override
  public ServerSocket createServerSocket(int port) throws IOException {
    return createServerSocket(port, 0, null);
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog) throws IOException {
    return createServerSocket(port, backlog, null);
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress host)
      throws IOException {
    InetSocketAddress local = new InetSocketAddress(host, port);
    ServerSocket server = createServerSocket();
    try {
      server.bind(local, backlog);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }
}

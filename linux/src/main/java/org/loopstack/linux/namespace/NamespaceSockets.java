// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * The kernel's sockets in a namespace: the JDK's channels, opened in there, which any thread may
 * use. Safe for use by many threads.
 */
public final class NamespaceSockets extends SelectorProvider {
  private final NetworkNamespace namespace;
  private final SelectorProvider kernels = SelectorProvider.provider();

  /** Those of a namespace. */
  public NamespaceSockets(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return namespace.call(kernels::openDatagramChannel);
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return namespace.call(() -> kernels.openDatagramChannel(family));
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return namespace.call(kernels::openServerSocketChannel);
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return namespace.call(() -> kernels.openServerSocketChannel(family));
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return namespace.call(kernels::openSocketChannel);
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return namespace.call(() -> kernels.openSocketChannel(family));
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return kernels.openSelector();
  }

  @Override
  public Pipe openPipe() throws IOException {
    return kernels.openPipe();
  }
}

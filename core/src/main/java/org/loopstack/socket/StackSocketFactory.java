// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets of one stack, which share ports with its channels. Names are the stack's. Safe for
 * use by many threads.
 */
final class StackSocketFactory extends SocketFactory {
  private final StackSelectorProvider provider;
  private final StackResolver resolver;

  StackSocketFactory(StackSelectorProvider provider, StackResolver resolver) {
    this.provider = provider;
    this.resolver = resolver;
  }

  /** A socket that is neither bound nor connected. */
  @Override
  public Socket createSocket() throws IOException {
    return new PlainSocket(new StackSocketImpl(provider, false));
  }

  @Override
  public Socket createSocket(@Nullable String host, int port) throws IOException {
    return createSocket(host, port, null, 0);
  }

  @Override
  public Socket createSocket(@Nullable InetAddress host, int port) throws IOException {
    return createSocket(host, port, null, 0);
  }

  @Override
  public Socket createSocket(
      @Nullable String host, int port, @Nullable InetAddress localHost, int localPort)
      throws IOException {
    // As java.net does: a port that is none is noticed before anybody is asked.
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("", port);
    return createSocket(resolver.resolveOne(host), unresolved.getPort(), localHost, localPort);
  }

  /** "If the specified local address is null it is the equivalent of specifying AnyLocal". */
  @Override
  public Socket createSocket(
      @Nullable InetAddress host, int port, @Nullable InetAddress localHost, int localPort)
      throws IOException {
    InetSocketAddress target =
        new InetSocketAddress(host == null ? resolver.resolveOne(null) : host, port);
    InetSocketAddress local = new InetSocketAddress(localHost, localPort);
    Socket socket = createSocket();
    try {
      if (localHost != null || localPort != 0) {
        socket.bind(local);
      }
      socket.connect(target);
      return socket;
    } catch (IOException | IllegalArgumentException e) {
      socket.close();
      throw e;
    }
  }
}

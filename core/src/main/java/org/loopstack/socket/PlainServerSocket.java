// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/** A server socket without a channel. */
final class PlainServerSocket extends ServerSocket {
  private final StackSelectorProvider provider;

  PlainServerSocket(StackSelectorProvider provider) {
    super(new StackSocketImpl(provider, true));
    this.provider = provider;
  }

  /** Without a factory for the whole JVM, a server socket does not know what to accept into. */
  @Override
  public Socket accept() throws IOException {
    if (isClosed()) {
      throw new SocketException("Socket is closed");
    }
    if (!isBound()) {
      throw new SocketException("Socket is not bound yet");
    }
    Socket socket = new PlainSocket(new StackSocketImpl(provider, false));
    implAccept(socket);
    return socket;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * One of the two that are compared: where channels come from. The work is done by the same code on
 * both, on unmodified {@code java.nio} channels. Safe for use by many threads.
 */
public interface Side extends AutoCloseable {
  /** Any free port of 127.0.0.1, to bind to. */
  InetSocketAddress FREE_PORT = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

  /** How it is called where it fails. */
  String name();

  /** The words by which {@link Sides#of} makes the same side in another JVM. */
  default List<String> recipe() {
    return List.of(name());
  }

  /** A socket channel, blocking and not connected. */
  SocketChannel openSocket() throws IOException;

  /** A server's channel, blocking and not bound. */
  ServerSocketChannel openServer() throws IOException;

  /** A datagram channel, blocking and not bound. */
  DatagramChannel openDatagram() throws IOException;

  /** A selector. */
  Selector openSelector() throws IOException;

  /** Another side of the same kind. */
  Side another();

  /**
   * Options of Java with which all channels of another JVM are of this kind.
   *
   * @throws UnsupportedOperationException if there are none
   */
  default List<String> javaOptions() {
    throw new UnsupportedOperationException(name() + " cannot be the side of a whole JVM");
  }

  /** Another side of the same kind, whose waiting threads poll if that can be had. */
  default Side polling() {
    return another();
  }

  /** Memory that the side takes outside of the heap, in bytes; only differences mean something. */
  long memoryBesidesHeap();

  /** Closes what belongs to the side itself; its channels may be closed with it. */
  @Override
  void close();

  /** A server's channel on a free port of 127.0.0.1. */
  default ServerSocketChannel listen(int backlog) throws IOException {
    ServerSocketChannel server = openServer();
    try {
      return server.bind(FREE_PORT, backlog);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** A socket channel that is connected to the address. */
  default SocketChannel connect(SocketAddress address) throws IOException {
    SocketChannel channel = openSocket();
    try {
      channel.connect(address);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}

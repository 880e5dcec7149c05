// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.service;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends back what it receives, over TCP and over UDP (RFC 862), on 127.0.0.1 and ::1. A TCP client
 * may close its side and still gets everything back; one that does not read is not read from.
 */
public final class EchoService implements Closeable {
  /** The usual port of this service here. */
  public static final int PORT = 65_432;

  private static final int BUFFER = 64 * 1024;

  private static final long PAUSE_NANOS = 1_000_000;

  private final int port;
  private final List<Closeable> sockets = new ArrayList<>();
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private EchoService(int port) {
    this.port = port;
  }

  /**
   * Begins to serve.
   *
   * @param provider whose sockets it uses
   * @param port 0 for one that is free
   * @throws org.loopstack.cli.host.UserException if the port is taken
   */
  public static EchoService start(SelectorProvider provider, int port) throws IOException {
    return start(provider, port, List.of());
  }

  /** As above, on more addresses of the stack. */
  public static EchoService start(SelectorProvider provider, int port, List<InetAddress> more)
      throws IOException {
    List<ServerSocketChannel> listeners =
        Listening.open(provider, port, more, SelectorProvider::openServerSocketChannel);
    List<DatagramChannel> datagrams;
    int actual;
    try {
      actual = Listening.port(listeners.getFirst());
      datagrams = Listening.open(provider, actual, more, SelectorProvider::openDatagramChannel);
    } catch (IOException | RuntimeException e) {
      Listening.closeAll(listeners);
      throw e;
    }
    EchoService service = new EchoService(actual);
    service.sockets.addAll(listeners);
    service.sockets.addAll(datagrams);
    for (ServerSocketChannel listener : listeners) {
      Thread.ofVirtual().name("echo-accept").start(() -> service.accept(listener));
    }
    for (DatagramChannel socket : datagrams) {
      Thread.ofVirtual().name("echo-udp").start(() -> echoDatagrams(socket));
    }
    return service;
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  private void accept(ServerSocketChannel listener) {
    while (true) {
      try {
        SocketChannel connection = listener.accept();
        Thread.ofVirtual().name("echo").start(() -> echo(connection));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // A client that left before it was accepted, or no file descriptor left: without a pause
        // the
        // latter would spin.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void echo(SocketChannel connection) {
    connections.add(connection);
    try (connection) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (!closed && connection.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          connection.write(buffer);
        }
      }
    } catch (IOException e) {
      // The client is gone; there is nobody to echo to.
    } finally {
      connections.remove(connection);
    }
  }

  private static void echoDatagrams(DatagramChannel socket) {
    ByteBuffer datagram = ByteBuffer.allocate(65_535);
    while (true) {
      try {
        SocketAddress from = socket.receive(datagram.clear());
        socket.send(datagram.flip(), from);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // That datagram is lost, as datagrams may be.
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    Listening.closeAll(sockets);
    Listening.closeAll(List.copyOf(connections));
  }
}

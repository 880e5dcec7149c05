// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Accepts connections on one side and makes a connection on the other for each, then carries bytes
 * both ways until both directions have ended. Knows neither kernel nor stack: both sides are
 * channels.
 */
public final class TcpRelay implements Closeable {
  /** Makes the other side's connection. */
  @FunctionalInterface
  public interface Target {
    /** A connected channel in blocking mode. */
    SocketChannel connect() throws IOException;
  }

  private static final long PAUSE_NANOS = 1_000_000;

  private final ServerSocketChannel listener;
  private final Target target;
  private final Set<RelayedConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private TcpRelay(ServerSocketChannel listener, Target target) {
    this.listener = listener;
    this.target = target;
  }

  /**
   * Begins to accept.
   *
   * @param listener bound, in blocking mode; closed with the relay
   */
  public static TcpRelay start(ServerSocketChannel listener, Target target) {
    TcpRelay relay = new TcpRelay(listener, target);
    Thread.ofVirtual().name("lo-relay").start(relay::accept);
    return relay;
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel client = listener.accept();
        Thread.ofVirtual().name("lo-relay-connection").start(() -> serve(client));
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

  private void serve(SocketChannel client) {
    SocketChannel other;
    try {
      other = target.connect();
    } catch (IOException e) {
      // The nearest thing to the refusal that the client would have seen over there.
      RelayedConnection.reset(client);
      return;
    }
    RelayedConnection connection = new RelayedConnection(client, other);
    connections.add(connection);
    try {
      if (closed) {
        connection.reset();
      }
      connection.run();
    } finally {
      connections.remove(connection);
    }
  }

  /** How many connections are being carried. */
  public int connections() {
    return connections.size();
  }

  /** Stops accepting and resets what is being carried. */
  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    connections.forEach(RelayedConnection::reset);
  }
}

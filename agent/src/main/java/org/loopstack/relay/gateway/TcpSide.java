// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.LinkReceiver;
import org.loopstack.relay.RelayedConnection;
import org.loopstack.wire.IpAddress;

/**
 * A gateway's connections. The first SYN of one waits until the other side has answered; then there
 * is a listener for its destination, and it may pass.
 */
final class TcpSide {
  private static final int MAX_CONNECTIONS = 4096;

  /** How long the guest may take to finish its handshake, SYN and SYN-ACK sent again and again. */
  private static final Duration HANDSHAKE = Duration.ofSeconds(70);

  private final SelectorProvider stack;
  private final SelectorProvider outside;

  /** Where the other side finds what a flow goes to. */
  private final Function<Flow, InetSocketAddress> way;

  /** From the first SYN until the connection has ended. */
  private final Set<Flow> known = ConcurrentHashMap.newKeySet();

  /** Connected at the other side, and not accepted yet. */
  private final Map<Flow, SocketChannel> waiting = new ConcurrentHashMap<>();

  private final Set<RelayedConnection> carried = ConcurrentHashMap.newKeySet();

  /** Guarded by itself. */
  private final Map<InetSocketAddress, Entrance> entrances = new HashMap<>();

  private volatile boolean closed;

  TcpSide(SelectorProvider stack, SelectorProvider outside, Function<Flow, InetSocketAddress> way) {
    this.stack = stack;
    this.outside = outside;
    this.way = way;
  }

  int connections() {
    return carried.size();
  }

  /**
   * Takes a SYN; may be called with others' locks held, so that all that waits is done elsewhere.
   */
  void take(Flow flow, Packet syn, LinkReceiver receiver) {
    if (waiting.containsKey(flow)) {
      // Sent again, since the answer was lost.
      receiver.receive(syn);
    } else if (known.size() < MAX_CONNECTIONS && known.add(flow)) {
      Thread.ofVirtual().name("lo-gateway-connect").start(() -> connect(flow, syn, receiver));
    }
  }

  private void connect(Flow flow, Packet syn, LinkReceiver receiver) {
    SocketChannel other = null;
    try {
      other = outside.openSocketChannel();
      other.connect(way.apply(flow));
      enter(flow.to());
    } catch (IOException | RuntimeException e) {
      known.remove(flow);
      if (other != null) {
        RelayedConnection.reset(other);
      }
      if (!closed && !(e instanceof java.net.SocketTimeoutException)) {
        // Without a listener the stack answers with a reset.
        receiver.receive(syn);
      }
      return;
    }
    SocketChannel connected = other;
    waiting.put(flow, connected);
    receiver.receive(syn);
    LockSupport.parkNanos(HANDSHAKE.toNanos());
    if (waiting.remove(flow, connected)) {
      RelayedConnection.reset(connected);
      known.remove(flow);
      leave(flow.to());
    }
  }

  /** One more connection to a destination. */
  private void enter(InetSocketAddress destination) throws IOException {
    synchronized (entrances) {
      if (closed) {
        throw new ClosedChannelException();
      }
      Entrance entrance = entrances.get(destination);
      if (entrance == null) {
        entrance = new Entrance(destination);
        entrances.put(destination, entrance);
      }
      entrance.users++;
    }
  }

  private void leave(InetSocketAddress destination) {
    synchronized (entrances) {
      Entrance entrance = entrances.get(destination);
      if (entrance != null && --entrance.users == 0) {
        entrances.remove(destination);
        entrance.close();
      }
    }
  }

  void close() {
    synchronized (entrances) {
      closed = true;
      entrances.values().forEach(Entrance::close);
      entrances.clear();
    }
    waiting.values().forEach(RelayedConnection::reset);
    waiting.clear();
    carried.forEach(RelayedConnection::reset);
  }

  /** A listener at a destination's address, for as long as somebody uses it. */
  private final class Entrance {
    private final InetSocketAddress destination;
    private final ServerSocketChannel listener;
    private int users;

    Entrance(InetSocketAddress destination) throws IOException {
      this.destination = destination;
      this.listener = stack.openServerSocketChannel();
      try {
        listener.bind(destination, 1024);
      } catch (IOException e) {
        close();
        throw e;
      }
      Thread.ofVirtual().name("lo-gateway-accept").start(this::accept);
    }

    private void accept() {
      while (true) {
        try {
          SocketChannel client = listener.accept();
          Thread.ofVirtual().name("lo-gateway-connection").start(() -> carry(client));
        } catch (ClosedChannelException e) {
          return;
        } catch (IOException e) {
          // A client that left before it was accepted.
        }
      }
    }

    private void carry(SocketChannel client) {
      Flow flow = flow(client);
      SocketChannel other = flow == null ? null : waiting.remove(flow);
      if (flow == null || other == null) {
        RelayedConnection.reset(client);
        return;
      }
      RelayedConnection connection = new RelayedConnection(client, other);
      carried.add(connection);
      try {
        if (closed) {
          connection.reset();
        }
        connection.run();
      } finally {
        carried.remove(connection);
        known.remove(flow);
        leave(destination);
      }
    }

    private @Nullable Flow flow(SocketChannel client) {
      try {
        return client.getRemoteAddress() instanceof InetSocketAddress from
            ? new Flow(
                Flow.Kind.SYN,
                IpAddress.of(from.getAddress()),
                from.getPort(),
                IpAddress.of(destination.getAddress()),
                destination.getPort())
            : null;
      } catch (IOException e) {
        return null;
      }
    }

    void close() {
      try {
        listener.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}

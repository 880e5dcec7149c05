// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Carries datagrams between a socket on one side and, per client, a connected socket on the other,
 * so that answers find their way back. A client that is silent for a while is forgotten, and so is
 * the one silent longest when there are too many.
 */
public final class UdpRelay implements Closeable {
  /** RFC 4787 section 4.3: "A NAT UDP mapping timer MUST NOT expire in less than two minutes". */
  public static final Duration IDLE = Duration.ofMinutes(2);

  static final int MAX_CLIENTS = 1024;

  private static final int MAX_DATAGRAM = 65_535;

  /** Makes the other side's sockets. */
  @FunctionalInterface
  public interface Target {
    /** A connected channel in blocking mode. */
    DatagramChannel connect() throws IOException;
  }

  private final DatagramChannel socket;
  private final Target target;
  private final long idleNanos;
  // Guarded by itself; in order of use.
  private final Map<SocketAddress, Client> clients = new LinkedHashMap<>(16, 0.75f, true);

  private UdpRelay(DatagramChannel socket, Target target, Duration idle) {
    this.socket = socket;
    this.target = target;
    this.idleNanos = idle.toNanos();
  }

  /**
   * Begins to carry.
   *
   * @param socket bound, in blocking mode; closed with the relay
   * @param idle how long a client may be silent, at least a millisecond
   */
  public static UdpRelay start(DatagramChannel socket, Target target, Duration idle) {
    UdpRelay relay = new UdpRelay(socket, target, idle);
    Thread.ofVirtual().name("lo-relay-udp").start(relay::carry);
    return relay;
  }

  private void carry() {
    ByteBuffer datagram = ByteBuffer.allocate(MAX_DATAGRAM);
    while (true) {
      try {
        SocketAddress from = socket.receive(datagram.clear());
        forward(from, datagram.flip());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // A datagram is lost, as datagrams may be.
      }
    }
  }

  private void forward(SocketAddress from, ByteBuffer datagram) throws IOException {
    while (true) {
      Client client = client(from);
      try {
        client.send(datagram);
        return;
      } catch (ClosedChannelException e) {
        // Forgotten between look-up and use.
        clientGone(from, client);
      }
    }
  }

  private Client client(SocketAddress from) throws IOException {
    synchronized (clients) {
      if (!socket.isOpen()) {
        // Whoever is learned now would stay.
        throw new ClosedChannelException();
      }
      Client known = clients.get(from);
      if (known != null) {
        return known;
      }
      if (clients.size() == MAX_CLIENTS) {
        Iterator<Client> oldest = clients.values().iterator();
        oldest.next().close();
        oldest.remove();
      }
      Client fresh = new Client(from, target.connect());
      clients.put(from, fresh);
      Thread.ofVirtual().name("lo-relay-udp-back").start(fresh::carryBack);
      return fresh;
    }
  }

  private void clientGone(SocketAddress from, Client client) {
    synchronized (clients) {
      clients.remove(from, client);
    }
    client.close();
  }

  /** How many clients are remembered. */
  public int clients() {
    synchronized (clients) {
      return clients.size();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    synchronized (clients) {
      clients.values().forEach(Client::close);
      clients.clear();
    }
  }

  private final class Client {
    private final SocketAddress address;
    private final DatagramChannel channel;
    private volatile long lastUsed = System.nanoTime();

    Client(SocketAddress address, DatagramChannel channel) {
      this.address = address;
      this.channel = channel;
    }

    void send(ByteBuffer datagram) throws IOException {
      lastUsed = System.nanoTime();
      SocketAddress remote = channel.getRemoteAddress();
      // Not write(): on the JDK's channels that sends no datagram for an empty buffer.
      try {
        channel.send(datagram, remote);
      } catch (PortUnreachableException e) {
        // About an earlier one; it took this one's place.
        channel.send(datagram, remote);
      }
    }

    void carryBack() {
      DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM], MAX_DATAGRAM);
      while (channel.isOpen()) {
        try {
          channel.socket().setSoTimeout(remainingMillis());
          packet.setLength(MAX_DATAGRAM);
          channel.socket().receive(packet);
          lastUsed = System.nanoTime();
          socket.send(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()), address);
        } catch (SocketTimeoutException e) {
          if (System.nanoTime() - lastUsed >= idleNanos) {
            break;
          }
        } catch (IOException e) {
          // Port unreachable, which nobody on the other side could be told; or closed.
        }
      }
      clientGone(address, this);
    }

    private int remainingMillis() {
      long remaining = idleNanos - (System.nanoTime() - lastUsed);
      return Math.clamp(remaining / 1_000_000 + 1, 1, Integer.MAX_VALUE);
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.loopstack.relay.PortMapping.Protocol;

/**
 * Publishes ports of a stack on the machine's own 127.0.0.1 and ::1: what comes in on 127.0.0.1
 * goes to the stack's 127.0.0.1, and what comes in on ::1 to its ::1.
 */
public final class Publisher implements Closeable {
  private static final int TRIES = 100;

  private enum Side {
    INET(StandardProtocolFamily.INET, "127.0.0.1"),
    INET6(StandardProtocolFamily.INET6, "::1");

    private final StandardProtocolFamily family;
    private final InetAddress loopback;

    Side(StandardProtocolFamily family, String loopback) {
      this.family = family;
      this.loopback = InetAddress.ofLiteral(loopback);
    }

    InetSocketAddress at(int port) {
      return new InetSocketAddress(loopback, port);
    }
  }

  private record Binding(Protocol protocol, Side side) {}

  private final SelectorProvider host;
  private final SelectorProvider stack;
  private final List<Side> sides;
  private final List<Closeable> relays = new ArrayList<>();
  private final List<PortMapping> mappings = new ArrayList<>();

  /**
   * Publishes nothing yet.
   *
   * @param host the machine's sockets
   * @param stack the stack's sockets
   */
  public Publisher(SelectorProvider host, SelectorProvider stack) {
    this.host = host;
    this.stack = stack;
    this.sides = hasInet6(host) ? List.of(Side.values()) : List.of(Side.INET);
  }

  /** Whether the machine has ::1. */
  public boolean hasInet6() {
    return sides.size() > 1;
  }

  /** What has been published, in that order. */
  public List<PortMapping> mappings() {
    return List.copyOf(mappings);
  }

  /**
   * Publishes a port at exactly the port asked for.
   *
   * @throws PortTakenException if that port is taken
   * @throws IOException if it is not for this user
   */
  public void publish(PortMapping mapping) throws IOException {
    Set<Protocol> protocols = Set.of(mapping.protocol());
    try {
      start(protocols, mapping.hostPort(), mapping.port(), bind(protocols, mapping.hostPort()));
    } catch (IOException e) {
      throw failure(mapping.hostPort(), e);
    }
  }

  /**
   * Publishes a port at the same port, or the next one that is free for all of the protocols and on
   * both addresses.
   *
   * @return where it was published
   * @throws PortTakenException if the next hundred are taken too
   * @throws IOException if they are not for this user
   */
  public int publishNear(Set<Protocol> protocols, int port) throws IOException {
    for (int hostPort = port; hostPort < port + TRIES && hostPort <= 65_535; hostPort++) {
      try {
        start(protocols, hostPort, port, bind(protocols, hostPort));
        return hostPort;
      } catch (BindException e) {
        if (!isInUse(e)) {
          throw failure(hostPort, e);
        }
      } catch (IOException e) {
        throw failure(hostPort, e);
      }
    }
    throw new PortTakenException(
        "the ports of this machine from " + port + " up are all taken; publish others");
  }

  private Map<Binding, SelectableChannel> bind(Set<Protocol> protocols, int hostPort)
      throws IOException {
    Map<Binding, SelectableChannel> bound = new LinkedHashMap<>();
    try {
      for (Protocol protocol : protocols) {
        for (Side side : sides) {
          SelectableChannel channel =
              protocol == Protocol.TCP
                  ? host.openServerSocketChannel(side.family)
                  : host.openDatagramChannel(side.family);
          bound.put(new Binding(protocol, side), channel);
          ((NetworkChannel) channel).bind(side.at(hostPort));
        }
      }
      return bound;
    } catch (IOException | RuntimeException e) {
      for (SelectableChannel channel : bound.values()) {
        channel.close();
      }
      throw e;
    }
  }

  private void start(
      Set<Protocol> protocols, int hostPort, int port, Map<Binding, SelectableChannel> bound) {
    bound.forEach(
        (binding, channel) -> {
          InetSocketAddress target = binding.side.at(port);
          relays.add(
              binding.protocol == Protocol.TCP
                  ? TcpRelay.start((ServerSocketChannel) channel, () -> connect(target))
                  : UdpRelay.start(
                      (DatagramChannel) channel, () -> connectDatagram(target), UdpRelay.IDLE));
        });
    for (Protocol protocol : Protocol.values()) {
      if (protocols.contains(protocol)) {
        mappings.add(new PortMapping(protocol, hostPort, port));
      }
    }
  }

  private SocketChannel connect(InetSocketAddress target) throws IOException {
    SocketChannel channel = stack.openSocketChannel();
    try {
      channel.connect(target);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private DatagramChannel connectDatagram(InetSocketAddress target) throws IOException {
    DatagramChannel channel = stack.openDatagramChannel();
    try {
      return channel.connect(target);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean hasInet6(SelectorProvider host) {
    try (ServerSocketChannel probe = host.openServerSocketChannel(StandardProtocolFamily.INET6)) {
      probe.bind(Side.INET6.at(0));
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static boolean isInUse(SocketException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("in use");
  }

  private static IOException failure(int hostPort, IOException e) {
    if (e instanceof SocketException s && isInUse(s)) {
      return new PortTakenException(
          "port " + hostPort + " of this machine is taken; publish another one");
    }
    return new IOException(
        "cannot publish at port " + hostPort + " of this machine: " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    for (Closeable relay : relays) {
      relay.close();
    }
  }
}

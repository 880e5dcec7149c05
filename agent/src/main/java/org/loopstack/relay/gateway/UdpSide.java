// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.LinkReceiver;
import org.loopstack.relay.UdpRelay;

/**
 * A gateway's datagrams: for each destination a socket at its address, which hands on to a relay.
 */
final class UdpSide {
  private static final int MAX_DESTINATIONS = 1024;
  private static final int MAX_WAITING = 64;

  private final SelectorProvider stack;
  private final SelectorProvider outside;

  /** Where the other side finds what a flow goes to. */
  private final Function<Flow, InetSocketAddress> way;

  /** In order of use. Guarded by itself. */
  private final Map<InetSocketAddress, Destination> destinations =
      new LinkedHashMap<>(16, 0.75f, true);

  private boolean closed;

  UdpSide(SelectorProvider stack, SelectorProvider outside, Function<Flow, InetSocketAddress> way) {
    this.stack = stack;
    this.outside = outside;
    this.way = way;
  }

  /** Takes a datagram; may be called with others' locks held. */
  void take(Flow flow, Packet packet, LinkReceiver receiver) {
    synchronized (destinations) {
      InetSocketAddress to = flow.to();
      Destination known = destinations.get(to);
      if (known == null) {
        if (closed) {
          return;
        }
        Destination fresh = new Destination();
        fresh.waiting.add(packet);
        destinations.put(to, fresh);
        Thread.ofVirtual().name("lo-gateway-udp").start(() -> open(flow, fresh, receiver));
        return;
      }
      if (known.relay == null) {
        if (known.waiting.size() < MAX_WAITING) {
          known.waiting.add(packet);
        }
        return;
      }
    }
    receiver.receive(packet);
  }

  private void open(Flow flow, Destination fresh, LinkReceiver receiver) {
    InetSocketAddress to = flow.to();
    UdpRelay relay = null;
    try {
      DatagramChannel socket = stack.openDatagramChannel();
      try {
        socket.bind(to);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
      relay = UdpRelay.start(socket, () -> connect(way.apply(flow)), UdpRelay.IDLE);
    } catch (IOException | RuntimeException e) {
      // Datagrams may be lost.
    }
    List<Packet> held;
    synchronized (destinations) {
      held = fresh.waiting;
      fresh.relay = relay;
      if (relay == null) {
        destinations.remove(to, fresh);
        return;
      }
      if (closed) {
        fresh.close();
        return;
      }
      makeRoom();
    }
    held.forEach(receiver::receive);
  }

  /** The one unused longest goes, with its clients, when there are too many. */
  private void makeRoom() {
    Iterator<Destination> oldest = destinations.values().iterator();
    while (destinations.size() > MAX_DESTINATIONS && oldest.hasNext()) {
      oldest.next().close();
      oldest.remove();
    }
  }

  private DatagramChannel connect(InetSocketAddress target) throws IOException {
    DatagramChannel channel = outside.openDatagramChannel();
    try {
      return channel.connect(target);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  void close() {
    synchronized (destinations) {
      closed = true;
      destinations.values().forEach(Destination::close);
      destinations.clear();
    }
  }

  private static final class Destination {
    private final List<Packet> waiting = new ArrayList<>();
    private @Nullable UdpRelay relay;

    void close() {
      try {
        if (relay != null) {
          relay.close();
        }
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}

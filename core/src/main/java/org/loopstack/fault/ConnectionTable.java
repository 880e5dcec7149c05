// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TcpHeader;

/**
 * What is remembered of each connection, by its two ends, either way: a TCP connection, or whatever
 * passes between two UDP ports or, for other protocols, two addresses. A SYN begins a new one.
 * Bounded: those of which nothing was seen for longest are forgotten. Guarded by its user's lock.
 *
 * @param <T> what is remembered
 */
final class ConnectionTable<T> {
  /** Connections beyond that are rather an attack than a test. */
  static final int MOST = 65_536;

  private record Key(
      int protocol, IpAddress lower, int lowerPort, IpAddress higher, int higherPort) {
    static Key of(Transit t) {
      if (!t.hasAddresses()) {
        return new Key(Transit.NONE, IpAddress.IPV4_ANY, 0, IpAddress.IPV4_ANY, 0);
      }
      int sourcePort = t.hasPorts() ? t.sourcePort() : 0;
      int destinationPort = t.hasPorts() ? t.destinationPort() : 0;
      int order = t.source().compareTo(t.destination());
      if (order < 0 || order == 0 && sourcePort <= destinationPort) {
        return new Key(t.protocol(), t.source(), sourcePort, t.destination(), destinationPort);
      }
      return new Key(t.protocol(), t.destination(), destinationPort, t.source(), sourcePort);
    }
  }

  private final Supplier<T> beginning;
  private final LinkedHashMap<Key, T> all =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, T> eldest) {
          return size() > MOST;
        }
      };

  ConnectionTable(Supplier<T> beginning) {
    this.beginning = beginning;
  }

  /** What is remembered of the datagram's connection; at first the beginning. */
  T of(Transit datagram) {
    return all.computeIfAbsent(Key.of(datagram), key -> beginning.get());
  }

  /** The same, but a SYN without ACK finds the beginning whatever there was. */
  T ofStarting(Transit datagram) {
    if (isSyn(datagram)) {
      T fresh = beginning.get();
      all.put(Key.of(datagram), fresh);
      return fresh;
    }
    return of(datagram);
  }

  /** Whether it is a TCP segment that asks for a connection. */
  static boolean isSyn(Transit datagram) {
    return datagram.isTcp()
        && (datagram.flags() & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
  }

  /** What is remembered, or null; nothing is begun. */
  @Nullable T peek(Transit datagram) {
    return all.get(Key.of(datagram));
  }
}

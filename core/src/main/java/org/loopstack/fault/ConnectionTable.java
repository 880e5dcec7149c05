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
 * passes between two UDP ports or, for other protocols, two addresses.
 *
 * <p>A SYN begins a new connection between the same two ends, unless it is one that is sent again:
 * that has the sequence number of the one before, and a new connection has another (RFC 6528
 * section 3). Only right behind a reset it may have the same, at the same instant of virtual time.
 *
 * <p>Bounded: those of which nothing was seen for longest are forgotten. Guarded by its user's
 * lock.
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

  /** A connection: what is remembered for the user, and by what the next one is known. */
  private static final class Known<T> {
    private final T value;
    private @Nullable IpAddress opener;
    private int openerPort;
    private int sequence;
    private boolean reset;

    Known(T value) {
      this.value = value;
    }

    private void opened(Transit syn) {
      opener = syn.source();
      openerPort = syn.sourcePort();
      sequence = sequence(syn);
    }

    /** Whether a SYN belongs to a connection that comes after this one. */
    private boolean isOver(Transit syn) {
      if (reset || opener == null) {
        return true;
      }
      // Both may open one connection (RFC 9293 section 3.5, figure 7): the other's SYN is no end.
      boolean sameOpener = opener.equals(syn.source()) && openerPort == syn.sourcePort();
      return sameOpener && sequence != sequence(syn);
    }

    private static int sequence(Transit syn) {
      return TcpHeader.sequence(syn.packet().head(), syn.transportAt());
    }
  }

  private final Supplier<T> beginning;
  private final LinkedHashMap<Key, Known<T>> all =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known<T>> eldest) {
          return size() > MOST;
        }
      };

  ConnectionTable(Supplier<T> beginning) {
    this.beginning = beginning;
  }

  /** What is remembered of the datagram's connection; at first the beginning. */
  T of(Transit datagram) {
    Key key = Key.of(datagram);
    Known<T> entry = all.get(key);
    boolean syn = isSyn(datagram);
    if (entry == null || syn && entry.isOver(datagram)) {
      entry = new Known<>(beginning.get());
      all.put(key, entry);
    }
    if (syn && entry.opener == null) {
      entry.opened(datagram);
    }
    entry.reset |= datagram.isTcp() && (datagram.flags() & TcpHeader.RST) != 0;
    return entry.value;
  }

  /** The next SYN begins a new connection, whatever its number. */
  void isReset(Transit datagram) {
    Known<T> entry = all.get(Key.of(datagram));
    if (entry != null) {
      entry.reset = true;
    }
  }

  /** Whether it is a TCP segment that asks for a connection. */
  static boolean isSyn(Transit datagram) {
    return datagram.isTcp()
        && (datagram.flags() & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Internet;
import org.loopstack.internet.Route;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.UdpHeader;

/**
 * Makes datagrams and sends them. One thread sends at a time; it keeps the last route, because the
 * next datagram usually goes the same way.
 */
final class UdpSender {
  /** The largest datagram less both headers (RFC 791, RFC 768). */
  private static final int MAXIMUM_IPV4 = 65_507;

  /** "Payload Length: 16-bit unsigned integer" (RFC 8200 section 3), less UDP's header. */
  private static final int MAXIMUM_IPV6 = 65_527;

  private final Internet internet;
  private final UdpOptions options;

  /** One route with what was asked for; immutable, so that a racing connect does no harm. */
  private record Known(UdpBinding from, IpAddress to, int interfaceIndex, Route route) {}

  private volatile @Nullable Known known;

  /** Written by the one thread that sends, read by whoever asks. */
  private final AtomicLong sentIpv4 = new AtomicLong();

  private final AtomicLong sentIpv6 = new AtomicLong();

  UdpSender(Internet internet, UdpOptions options) {
    this.internet = internet;
    this.options = options;
  }

  /** Sends the buffer's remaining bytes, and moves its position to its limit. */
  void send(UdpBinding from, ByteBuffer payload, TransportAddress to) throws ErrnoException {
    int length = payload.remaining();
    if (length > (to.address().isIpv4() ? MAXIMUM_IPV4 : MAXIMUM_IPV6)) {
      throw new ErrnoException(Errno.EMSGSIZE);
    }
    if (to.port() == 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    Route route = route(from, to);
    if (route.isBroadcast() && !options.broadcast()) {
      throw new ErrnoException(Errno.EACCES);
    }
    Packet packet = Packet.allocate(route.headroom(), UdpHeader.LENGTH + length);
    int at = packet.append(UdpHeader.LENGTH + length);
    byte[] head = packet.head();
    UdpHeader.encode(head, at, from.port(), to.port(), length);
    payload.get(payload.position(), head, UdpHeader.payloadAt(at), length);
    if (route.offloadsChecksum()) {
      packet.setChecksumPending(true);
    } else {
      UdpHeader.updateChecksum(
          head,
          at,
          InternetChecksum.pseudoHeader(
              route.source(), route.destination(), IpProtocol.UDP, UdpHeader.LENGTH + length));
    }
    Errno refusal = transmit(route, packet);
    if (refusal != null) {
      throw new ErrnoException(refusal);
    }
    AtomicLong sent = route.destination().isIpv4() ? sentIpv4 : sentIpv6;
    sent.setRelease(sent.getPlain() + 1);
    payload.position(payload.limit());
  }

  long sentIpv4() {
    return sentIpv4.getAcquire();
  }

  long sentIpv6() {
    return sentIpv6.getAcquire();
  }

  private @Nullable Errno transmit(Route route, Packet packet) {
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      return internet.send(
          route,
          packet,
          IpProtocol.UDP,
          options.ttl(route.isMulticast(), route.destination().isIpv4()),
          options.trafficClass(),
          options.dontFragment(),
          options.multicastLoop());
    } finally {
      queue.exit();
    }
  }

  private Route route(UdpBinding from, TransportAddress to) throws ErrnoException {
    int index = interfaceFor(from, to);
    Known last = known;
    if (last != null
        && last.from == from
        && last.interfaceIndex == index
        && last.to.equals(to.address())
        && last.route.isCurrent()) {
      return last.route;
    }
    Route found = look(from, to);
    known = new Known(from, to.address(), index, found);
    return found;
  }

  /** Looks the way up. */
  Route look(UdpBinding from, TransportAddress to) throws ErrnoException {
    IpAddress destination = to.address();
    if (from.family() == AddressFamily.INET && destination.isIpv6()) {
      throw new ErrnoException(Errno.EAFNOSUPPORT);
    }
    IpAddress source = from.local();
    // A socket bound to a group or broadcast address receives from there; it cannot send from
    // there (RFC 1122 section 3.2.1.3).
    if (source.isMulticast() || internet.isBroadcast(source)) {
      source = source.isIpv4() ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
    }
    return internet.route(destination, source, interfaceFor(from, to));
  }

  private int interfaceFor(UdpBinding from, TransportAddress to) {
    if (to.interfaceIndex() != 0) {
      return to.interfaceIndex();
    }
    if (to.address().isMulticast()) {
      return options.multicastIndex();
    }
    return to.address().isLinkLocal() ? from.zone() : 0;
  }
}

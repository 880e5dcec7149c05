// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Internet;
import org.loopstack.internet.UpperProtocol;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.SocketInfo;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.UdpHeader;

/** UDP of one stack (RFC 768): checks datagrams and finds the sockets that they are for. */
public final class UdpProtocol implements UpperProtocol, AutoCloseable {
  private final Internet internet;
  private final PortTable ports;
  private final UdpConfiguration configuration;
  private final UdpDemultiplexer sockets;
  private volatile boolean closed;

  // Where the counters of a socket stand in an array of sums.
  static final int READ_IPV4 = 0;
  static final int READ_IPV6 = 1;
  static final int SENT_IPV4 = 2;
  static final int SENT_IPV6 = 3;
  private static final String[] NAMES = {
    "UdpInDatagrams", "Udp6InDatagrams", "UdpOutDatagrams", "Udp6OutDatagrams"
  };

  /** How often it is asked anew while sockets are closed. */
  private static final int ATTEMPTS = 8;

  /** What the sockets had counted that were closed, and how many there were. */
  private final LongAdder[] counts = {
    new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder()
  };

  private final LongAdder ended = new LongAdder();

  /** UDP on an internet layer, with which it registers itself. */
  public UdpProtocol(Internet internet, PortTable ports, UdpConfiguration configuration) {
    this.internet = internet;
    this.ports = ports;
    this.configuration = configuration;
    this.sockets = new UdpDemultiplexer(internet.engine().randomness().nextInt());
    internet.register(IpProtocol.UDP, this);
  }

  /**
   * A new socket, not bound.
   *
   * @throws ErrnoException ENETDOWN after {@link #close}
   */
  public DatagramEndpoint openDatagram(AddressFamily family) throws ErrnoException {
    if (closed) {
      throw new ErrnoException(Errno.ENETDOWN);
    }
    return new UdpEndpoint(this, family);
  }

  /** What all bound sockets look like. */
  public List<SocketInfo> sockets() {
    List<SocketInfo> found = new ArrayList<>();
    for (UdpEndpoint endpoint : sockets.all()) {
      SocketInfo info = endpoint.info();
      if (info != null) {
        found.add(info);
      }
    }
    return found;
  }

  /** A socket is closed that has read and sent so many datagrams. */
  void ended(long readIpv4, long readIpv6, long sentIpv4, long sentIpv6) {
    counts[READ_IPV4].add(readIpv4);
    counts[READ_IPV6].add(readIpv6);
    counts[SENT_IPV4].add(sentIpv4);
    counts[SENT_IPV6].add(sentIpv6);
    ended.increment();
  }

  /**
   * What was read and sent so far, by the names of RFC 4113 that {@code nstat} prints: "The total
   * number of UDP datagrams delivered to UDP users" and "sent from this entity". Those thrown away
   * are counted by reason.
   */
  public Map<String, Long> counters() {
    long[] sums = new long[NAMES.length];
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long before = ended.sum();
      for (int i = 0; i < sums.length; i++) {
        sums[i] = counts[i].sum();
      }
      for (UdpEndpoint each : sockets.all()) {
        each.addCounts(sums);
      }
      if (ended.sum() == before) {
        break;
      }
    }
    Map<String, Long> all = new TreeMap<>();
    for (int i = 0; i < sums.length; i++) {
      all.put(NAMES[i], sums[i]);
    }
    return all;
  }

  /** Takes all sockets down; what they are asked afterwards fails with ENETDOWN. */
  @Override
  public void close() {
    closed = true;
    for (UdpEndpoint endpoint : sockets.all()) {
      endpoint.down();
    }
  }

  Internet internet() {
    return internet;
  }

  PortTable ports() {
    return ports;
  }

  UdpConfiguration configuration() {
    return configuration;
  }

  /** Makes a bound socket one that datagrams are for; false after {@link #close}. */
  boolean add(int port, UdpEndpoint endpoint) {
    // Added first and looked at then: either close() finds the socket, or this finds it closed.
    sockets.add(port, endpoint);
    return !closed;
  }

  void remove(int port, UdpEndpoint endpoint) {
    sockets.remove(port, endpoint);
  }

  @Override
  public void receive(Packet packet, IpAddress source, IpAddress destination) {
    if (packet.body() != null) {
      int transport = packet.transportOffset() - packet.offset();
      packet.makeContiguous();
      packet.setTransport(packet.offset() + transport, IpProtocol.UDP);
    }
    DropReason reason = check(packet, source, destination);
    if (reason == null) {
      packet.attach(source);
      reason =
          isForMany(destination)
              ? deliverToMany(packet, source, destination)
              : deliver(packet, source, destination);
    }
    if (reason != null) {
      internet.drop(packet, reason);
    }
  }

  private static @Nullable DropReason check(
      Packet packet, IpAddress source, IpAddress destination) {
    byte[] head = packet.head();
    int at = packet.transportOffset();
    DropReason reason = UdpHeader.validate(head, at, packet.headEnd());
    if (reason != null || packet.isChecksumPending()) {
      return reason;
    }
    if (UdpHeader.checksum(head, at) == 0) {
      // RFC 768: "An all zero transmitted checksum value means that the transmitter generated no
      // checksum"; RFC 8200 section 8.1: "IPv6 receivers must discard UDP packets containing a
      // zero checksum and should log the error."
      return source.isIpv4() ? null : DropReason.UDP_CHECKSUM;
    }
    int pseudoHeader =
        InternetChecksum.pseudoHeader(
            source, destination, IpProtocol.UDP, UdpHeader.length(head, at));
    return UdpHeader.isChecksumValid(head, at, pseudoHeader) ? null : DropReason.UDP_CHECKSUM;
  }

  private boolean isForMany(IpAddress destination) {
    if (destination.isMulticast()) {
      return true;
    }
    // A prefix that has a broadcast address is at most 30 bits long (RFC 3021), so that the
    // address ends in two ones: most datagrams need not be looked up.
    return destination.isIpv4()
        && (destination.ipv4Bits() & 3) == 3
        && internet.isBroadcast(destination);
  }

  private @Nullable DropReason deliver(Packet packet, IpAddress source, IpAddress destination) {
    byte[] head = packet.head();
    int at = packet.transportOffset();
    UdpEndpoint endpoint =
        sockets.find(
            UdpHeader.destinationPort(head, at),
            source,
            UdpHeader.sourcePort(head, at),
            destination);
    if (endpoint == null) {
      // RFC 1122 section 4.1.3.1: "If a datagram arrives addressed to a UDP port for which there is
      // no pending LISTEN call, UDP SHOULD send an ICMP Port Unreachable message."
      packet.attach(null);
      internet.sendPortUnreachable(packet);
      return DropReason.UDP_NO_PORT;
    }
    return endpoint.deliver(packet);
  }

  /** Each socket that wants the datagram gets one of its own. */
  private @Nullable DropReason deliverToMany(
      Packet packet, IpAddress source, IpAddress destination) {
    byte[] head = packet.head();
    int at = packet.transportOffset();
    int sourcePort = UdpHeader.sourcePort(head, at);
    boolean filtered = false;
    UdpEndpoint last = null;
    for (UdpEndpoint endpoint : sockets.at(UdpHeader.destinationPort(head, at))) {
      if (endpoint.score(source, sourcePort, destination) == UdpBinding.NONE) {
        continue;
      }
      if (destination.isMulticast()
          && !endpoint.hears(destination, packet.interfaceIndex(), source)) {
        filtered = true;
        continue;
      }
      if (last != null) {
        deliverCopy(last, packet, source);
      }
      last = endpoint;
    }
    if (last != null) {
      return last.deliver(packet);
    }
    return filtered ? DropReason.SOURCE_FILTERED : DropReason.MULTICAST_NOT_MEMBER;
  }

  private void deliverCopy(UdpEndpoint endpoint, Packet packet, IpAddress source) {
    Packet copy = packet.copy();
    copy.setTransport(packet.transportOffset() - packet.offset(), IpProtocol.UDP);
    copy.setInterfaceIndex(packet.interfaceIndex());
    copy.attach(source);
    DropReason reason = endpoint.deliver(copy);
    if (reason != null) {
      internet.drop(copy, reason);
    }
  }

  @Override
  public void receiveError(IcmpError error) {
    byte[] head = error.packet().head();
    int at = error.transportOffset();
    int local = Bytes.u16(head, at);
    int remote = Bytes.u16(head, at + 2);
    for (UdpEndpoint endpoint : sockets.at(local)) {
      if (endpoint.isConnection(error.source(), error.destination(), remote)) {
        // A full inbox loses the report, as a full link would have.
        var _ = endpoint.offer(error.packet());
        return;
      }
    }
  }
}

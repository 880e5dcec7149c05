// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TcpHeader;

/** Makes the datagrams with which a rule answers others: resets and ICMP errors. */
final class Answers {
  private static final int TTL = 64;

  /** RFC 1812 4.3.2.3: an error has "as much of the original datagram as possible" up to this. */
  private static final int MOST_IPV4 = 576;

  /** RFC 4443 3.1: "As much of invoking packet as possible without" going beyond this. */
  private static final int MOST_IPV6 = Ipv6Header.MIN_MTU;

  private Answers() {}

  /**
   * The reset of a host that knows nothing of the connection, to the segment's sender (RFC 9293
   * section 3.10.7.1): "If the ACK bit is off, sequence number zero is used, {@code
   * <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>}. If the ACK bit is on, {@code
   * <SEQ=SEG.ACK><CTL=RST>}". So it is what the sender expects next.
   *
   * @return null if the segment is a reset itself, or no TCP
   */
  static byte @Nullable [] reset(Transit segment) {
    if (!segment.isTcp() || has(segment, TcpHeader.RST)) {
      return null;
    }
    byte[] b = segment.packet().head();
    int at = segment.transportAt();
    int limit = segment.packet().offset() + segment.length();
    boolean ack = has(segment, TcpHeader.ACK);
    // The answer goes the other way.
    IpAddress answerer = segment.destination();
    IpAddress asker = segment.source();
    int answererPort = TcpHeader.destinationPort(b, at);
    int askerPort = TcpHeader.sourcePort(b, at);
    return tcp(
        answerer,
        asker,
        answererPort,
        askerPort,
        ack ? TcpHeader.acknowledgment(b, at) : 0,
        ack ? 0 : TcpHeader.sequence(b, at) + TcpHeader.segmentLength(b, at, limit),
        ack ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK);
  }

  /**
   * A reset in a segment's place, to the same receiver: its sequence number is the one that the
   * receiver expects next, if all before has arrived.
   *
   * @param dataBefore how many bytes of the segment's data the receiver has got
   * @return null if the segment is a reset itself, a SYN, or no TCP
   */
  static byte @Nullable [] resetOnward(Transit segment, int dataBefore) {
    if (!segment.isTcp() || has(segment, TcpHeader.RST) || has(segment, TcpHeader.SYN)) {
      return null;
    }
    byte[] b = segment.packet().head();
    int at = segment.transportAt();
    return tcp(
        segment.source(),
        segment.destination(),
        TcpHeader.sourcePort(b, at),
        TcpHeader.destinationPort(b, at),
        TcpHeader.sequence(b, at) + dataBefore,
        TcpHeader.acknowledgment(b, at),
        TcpHeader.RST | segment.flags() & TcpHeader.ACK);
  }

  private static boolean has(Transit segment, int flag) {
    return (segment.flags() & flag) != 0;
  }

  private static byte[] tcp(
      IpAddress source,
      IpAddress destination,
      int sourcePort,
      int destinationPort,
      int sequence,
      int acknowledgment,
      int flags) {
    byte[] b = ip(source, destination, IpProtocol.TCP, TcpHeader.MIN_LENGTH, 0);
    int at = b.length - TcpHeader.MIN_LENGTH;
    TcpHeader.encode(
        b,
        at,
        sourcePort,
        destinationPort,
        sequence,
        acknowledgment,
        TcpHeader.MIN_LENGTH,
        flags,
        0,
        0);
    TcpHeader.updateChecksum(
        b,
        at,
        b.length,
        InternetChecksum.pseudoHeader(source, destination, IpProtocol.TCP, TcpHeader.MIN_LENGTH));
    return b;
  }

  /**
   * An error about a datagram, to its sender, from the host it was meant for.
   *
   * @param rest what stands behind the checksum: an MTU, a pointer
   * @return null if nobody may report an error about that datagram
   */
  static byte @Nullable [] error(Transit datagram, int type, int code, int rest) {
    if (!mayBeReported(datagram)) {
      return null;
    }
    boolean ipv4 = datagram.version() == 4;
    byte[] offending = datagram.bytes();
    int header = ipv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    int room = (ipv4 ? MOST_IPV4 : MOST_IPV6) - header - IcmpHeader.LENGTH;
    int quoted = Math.min(room, datagram.length());
    int length = IcmpHeader.LENGTH + quoted;
    IpAddress from = datagram.destination();
    IpAddress to = datagram.source();
    // RFC 1812 4.3.2.5: an error has precedence 6.
    byte[] b = ip(from, to, ipv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6, length, ipv4 ? 0xc0 : 0);
    int at = b.length - length;
    System.arraycopy(offending, 0, b, at + IcmpHeader.LENGTH, quoted);
    if (ipv4) {
      IcmpHeader.encode(b, at, type, code, rest);
      IcmpHeader.updateChecksum(b, at, b.length);
    } else {
      Icmpv6Header.encode(b, at, type, code, rest);
      Icmpv6Header.updateChecksum(
          b, at, b.length, InternetChecksum.pseudoHeader(from, to, IpProtocol.ICMPV6, length));
    }
    return b;
  }

  /** RFC 1122 3.2.2 and RFC 4443 2.4 (e): of what nobody is told. */
  private static boolean mayBeReported(Transit datagram) {
    if (!datagram.hasAddresses()
        || datagram.source().isAny()
        || datagram.source().isMulticast()
        || datagram.destination().isMulticast()
        || datagram.destination().isBroadcast()) {
      return false;
    }
    // A later fragment, or one whose upper layer cannot be read.
    return datagram.transportAt() != Transit.NONE && !isIcmpError(datagram);
  }

  /** Whether it is an ICMP error, or too short to tell. */
  static boolean isIcmpError(Transit datagram) {
    boolean icmp = datagram.version() == 4 && datagram.protocol() == IpProtocol.ICMP;
    boolean icmpv6 = datagram.version() == 6 && datagram.protocol() == IpProtocol.ICMPV6;
    if (!icmp && !icmpv6) {
      return false;
    }
    int at = datagram.transportAt();
    if (at == Transit.NONE || at >= datagram.packet().headEnd()) {
      return true;
    }
    int type = IcmpHeader.type(datagram.packet().head(), at);
    return icmp ? IcmpHeader.isError(type) : Icmpv6Header.isError(type);
  }

  /** An IP header with room behind it. */
  private static byte[] ip(
      IpAddress source, IpAddress destination, int protocol, int length, int trafficClass) {
    if (source.isIpv4()) {
      byte[] b = new byte[Ipv4Header.MIN_LENGTH + length];
      Ipv4Header.encode(
          b,
          0,
          Ipv4Header.MIN_LENGTH,
          trafficClass,
          b.length,
          0,
          Ipv4Header.DONT_FRAGMENT,
          0,
          TTL,
          protocol,
          source,
          destination);
      return b;
    }
    byte[] b = new byte[Ipv6Header.LENGTH + length];
    Ipv6Header.encode(b, 0, trafficClass, 0, length, protocol, TTL, source, destination);
    return b;
  }
}

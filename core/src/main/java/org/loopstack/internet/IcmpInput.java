// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.IcmpError.Kind;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;

/**
 * ICMP input (RFC 792, RFC 1122 section 3.2.2). Echo and timestamp requests are answered, errors
 * are passed to the protocol whose datagram they are about, and the rest to whoever is registered
 * for ICMP. Left out: redirects, as there is no link here on which two routers could be told apart,
 * and source quench (RFC 6633 section 3: "MUST be silently discarded").
 */
final class IcmpInput {
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  /** RFC 1191 section 7.1: what a path MTU is likely to be, for routers that do not say. */
  private static final int[] PLATEAUS = {65_535, 32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508};

  private final InternetLayer layer;
  private final IcmpOutput output;

  IcmpInput(InternetLayer layer, IcmpOutput output) {
    this.layer = layer;
    this.output = output;
  }

  @Nullable DropReason receive(Packet packet, IpAddress source, IpAddress destination) {
    packet.makeContiguous();
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int limit = packet.headEnd();
    DropReason invalid = IcmpHeader.validate(b, at, limit);
    if (invalid != null) {
      return invalid;
    }
    if (!packet.isChecksumPending() && !IcmpHeader.isChecksumValid(b, at, limit)) {
      return DropReason.ICMP_CHECKSUM;
    }
    int type = IcmpHeader.type(b, at);
    layer.counters().icmpIn(false, type);
    layer.counters().inDelivers(false);
    switch (type) {
      case IcmpHeader.ECHO_REQUEST -> echo(packet, source, destination);
      case IcmpHeader.TIMESTAMP_REQUEST -> timestamp(packet, source, destination);
      case IcmpHeader.SOURCE_QUENCH, IcmpHeader.REDIRECT -> {}
      case IcmpHeader.UNREACHABLE, IcmpHeader.TIME_EXCEEDED, IcmpHeader.PARAMETER_PROBLEM -> {
        return error(packet, source);
      }
      default -> {
        UpperProtocol listener = layer.upper(IpProtocol.ICMP);
        if (listener != null) {
          listener.receive(packet, source, destination);
        }
      }
    }
    return null;
  }

  private boolean isIgnored(IpAddress destination) {
    InternetConfiguration c = layer.configuration();
    return c.echoIgnoreAll()
        || c.echoIgnoreBroadcasts()
            && (destination.isMulticast() || layer.table().isBroadcast(destination));
  }

  /** RFC 1122 3.2.2.6: "Data received in an ICMP Echo Request MUST be entirely included". */
  private void echo(Packet packet, IpAddress source, IpAddress destination) {
    if (!isIgnored(destination)) {
      reply(packet, IcmpHeader.ECHO_REPLY, source, destination);
    }
  }

  /** RFC 1122 3.2.2.8, RFC 792: "32 bits of milliseconds since midnight UT". */
  private void timestamp(Packet packet, IpAddress source, IpAddress destination) {
    if (isIgnored(destination)) {
      return;
    }
    int at = packet.transportOffset();
    int millis = millisSinceMidnight();
    packet.trimTo(at + IcmpHeader.TIMESTAMP_LENGTH - packet.offset());
    byte[] copy = packet.head().clone();
    Bytes.put32(copy, at + 8 + 4, millis);
    Bytes.put32(copy, at + 8 + 8, millis);
    int start = packet.offset();
    Packet stamped = Packet.wrap(copy, start, packet.headEnd() - start);
    stamped.setInterfaceIndex(packet.interfaceIndex());
    stamped.setTransport(at, IpProtocol.ICMP);
    reply(stamped, IcmpHeader.TIMESTAMP_REPLY, source, destination);
  }

  private int millisSinceMidnight() {
    long sinceMidnight = Math.floorMod(layer.engine().clock().epochNanos(), NANOS_PER_DAY);
    return (int) (sinceMidnight / 1_000_000);
  }

  private void reply(Packet request, int type, IpAddress source, IpAddress destination) {
    int at = request.transportOffset();
    int length = request.headEnd() - at;
    Packet message = Packet.allocate(Ipv4Header.MIN_LENGTH, length);
    System.arraycopy(request.head(), at, message.head(), message.append(length), length);
    // RFC 1349 5.1: "An ICMP reply message is sent with the same value in the TOS field as was used
    // in the corresponding ICMP request message."
    int trafficClass = Ipv4Header.trafficClass(request.head(), request.offset());
    output.reply(message, type, request, source, destination, millisSinceMidnight(), trafficClass);
  }

  private @Nullable DropReason error(Packet packet, IpAddress reporter) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int inner = IcmpHeader.embeddedAt(at);
    IpAddress source = Ipv4Header.source(b, inner);
    IpAddress destination = Ipv4Header.destination(b, inner);
    if (!layer.table().isLocal(source)) {
      return DropReason.ICMP_INVALID;
    }
    int type = IcmpHeader.type(b, at);
    int code = IcmpHeader.code(b, at);
    Kind kind = kind(type, code);
    if (kind == null) {
      return null;
    }
    int protocol = Ipv4Header.protocol(b, inner);
    UpperProtocol upper = layer.upper(protocol);
    int mtu = 0;
    if (kind == Kind.PACKET_TOO_BIG) {
      boolean believe = upper == null || !upper.checksErrors();
      mtu = believe ? learnMtu(packet, at, inner, destination) : reportedMtu(b, at, inner);
    }
    if (Ipv4Header.fragmentOffset(b, inner) != 0) {
      return null;
    }
    if (upper != null) {
      int transport = Ipv4Header.payloadAt(b, inner);
      int quoted = packet.headEnd() - transport;
      IcmpError error =
          new IcmpError(
              packet,
              kind,
              type,
              code,
              mtu,
              reporter,
              source,
              destination,
              protocol,
              transport,
              quoted);
      packet.attach(error);
      upper.receiveError(error);
    }
    return null;
  }

  /** The MTU that a message tells, or what is likely if it does not. */
  private static int reportedMtu(byte[] b, int at, int inner) {
    int reported = IcmpHeader.nextHopMtu(b, at);
    if (reported == 0) {
      reported = 68;
      int length = Ipv4Header.totalLength(b, inner);
      for (int plateau : PLATEAUS) {
        if (plateau < length) {
          return plateau;
        }
      }
    }
    return reported;
  }

  /** Believes an error that the protocol above has recognised. */
  void learnMtu(IcmpError error) {
    int at = error.packet().transportOffset();
    int _ = learnMtu(error.packet(), at, IcmpHeader.embeddedAt(at), error.destination());
  }

  private int learnMtu(Packet report, int at, int inner, IpAddress destination) {
    byte[] b = report.head();
    int length = Ipv4Header.totalLength(b, inner);
    int reported = reportedMtu(b, at, inner);
    if (reported >= length || !mayKnow(report, destination)) {
      // What was sent already fits, or nobody out there can know: an old report, or a forged one.
      return reported;
    }
    int least = layer.configuration().minimumPathMtu();
    int believed = Math.max(reported, least);
    layer.pathMtus().learn(destination, believed, reported < least);
    return believed;
  }

  /**
   * Whether who reports can have seen the datagram: one for this host has not left it, so that only
   * the loopback itself knows, where Linux believes it, too.
   */
  private boolean mayKnow(Packet report, IpAddress destination) {
    return report.interfaceIndex() == layer.loopback().index()
        || !layer.table().isLocal(destination);
  }

  /** RFC 1122 3.2.2.1 and 4.2.3.9, with Linux' errors for the newer codes. */
  private static @Nullable Kind kind(int type, int code) {
    if (type == IcmpHeader.TIME_EXCEEDED) {
      return Kind.TIME_EXCEEDED;
    }
    if (type == IcmpHeader.PARAMETER_PROBLEM) {
      return Kind.PARAMETER_PROBLEM;
    }
    return switch (code) {
      case 0, 6, 9, 11 -> Kind.NETWORK_UNREACHABLE;
      case 1, 10, 12, 13, 14, 15 -> Kind.HOST_UNREACHABLE;
      case 7 -> Kind.HOST_UNKNOWN;
      case 8 -> Kind.HOST_ISOLATED;
      case IcmpHeader.PROTOCOL_UNREACHABLE -> Kind.PROTOCOL_UNREACHABLE;
      case IcmpHeader.PORT_UNREACHABLE -> Kind.PORT_UNREACHABLE;
      case IcmpHeader.FRAGMENTATION_NEEDED -> Kind.PACKET_TOO_BIG;
      case IcmpHeader.SOURCE_ROUTE_FAILED -> Kind.SOURCE_ROUTE_FAILED;
      default -> null;
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6ExtensionHeaders;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/**
 * Sends ICMP and ICMPv6 messages: replies, and the errors that RFC 1122 section 3.2.2 and RFC 4443
 * section 2.4 allow, at the rate they allow. Safe for use by many threads.
 */
final class IcmpOutput {
  /** RFC 1812 4.3.2.3: "as much of the original datagram as possible without" going beyond 576. */
  private static final int MAX_ERROR_IPV4 = 576;

  /** RFC 1812 4.3.2.5: an error has precedence 6, INTERNETWORK CONTROL; RFC 1122: normal TOS. */
  private static final int ERROR_TRAFFIC_CLASS = 0xc0;

  private final InternetLayer layer;
  private final IpOutput output;
  private final IcmpRateLimit rateLimit;

  IcmpOutput(InternetLayer layer, IpOutput output) {
    this.layer = layer;
    this.output = output;
    this.rateLimit = new IcmpRateLimit(layer.engine(), layer.configuration());
  }

  /** Answers a datagram to a port where nobody is. */
  void portUnreachable(Packet offending) {
    if (IpInput.isIpv6(offending)) {
      errorIpv6(offending, Icmpv6Header.UNREACHABLE, Icmpv6Header.PORT_UNREACHABLE, 0, false);
    } else {
      errorIpv4(offending, IcmpHeader.UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0);
    }
  }

  /** Answers a datagram of a protocol that nobody here speaks. */
  void protocolUnreachable(Packet offending) {
    errorIpv4(offending, IcmpHeader.UNREACHABLE, IcmpHeader.PROTOCOL_UNREACHABLE, 0);
  }

  /** Answers a datagram of which a byte of the header is wrong. */
  void parameterProblem(Packet offending, int pointer) {
    errorIpv4(
        offending, IcmpHeader.PARAMETER_PROBLEM, IcmpHeader.POINTER_INDICATES_ERROR, pointer << 24);
  }

  /** Answers a datagram of which something in the headers is wrong or not known. */
  void parameterProblemIpv6(Packet offending, int code, int pointer) {
    // RFC 4443 2.4 (e.3): there are two exceptions for groups, "(2) the Parameter Problem Message,
    // Code 2", which the walk over the headers has already made sure of.
    boolean alsoToMany = code == Icmpv6Header.UNRECOGNIZED_OPTION;
    errorIpv6(offending, Icmpv6Header.PARAMETER_PROBLEM, code, pointer, alsoToMany);
  }

  /** Reports that the rest of a datagram did not arrive, about its first fragment. */
  void reassemblyTimeExceeded(Packet first) {
    if (IpInput.isIpv6(first)) {
      errorIpv6(first, Icmpv6Header.TIME_EXCEEDED, Icmpv6Header.REASSEMBLY_TIME_EXCEEDED, 0, false);
    } else {
      errorIpv4(first, IcmpHeader.TIME_EXCEEDED, IcmpHeader.REASSEMBLY_TIME_EXCEEDED, 0);
    }
  }

  private void errorIpv4(Packet offending, int type, int code, int rest) {
    byte[] b = offending.head();
    int at = offending.offset();
    IpAddress source = Ipv4Header.source(b, at);
    IpAddress destination = Ipv4Header.destination(b, at);
    if (!mayReport(b, at, source, destination)) {
      return;
    }
    InternetRoute route = routeBack(source, destination, 0);
    if (route == null || !mayAnswer(route, offending)) {
      return;
    }
    Datagrams.completeChecksum(offending);
    int room = Math.min(MAX_ERROR_IPV4, route.mtu()) - Ipv4Header.MIN_LENGTH - IcmpHeader.LENGTH;
    Packet error = quote(offending, route, Math.min(room, offending.length()));
    int to = error.offset();
    IcmpHeader.encode(error.head(), to, type, code, rest);
    IcmpHeader.updateChecksum(error.head(), to, error.headEnd());
    send(route, error, IpProtocol.ICMP, type, ERROR_TRAFFIC_CLASS, null);
  }

  /** RFC 1122 3.2.2: "An ICMP error message MUST NOT be sent as the result of receiving:". */
  private boolean mayReport(byte[] b, int at, IpAddress source, IpAddress destination) {
    // "a datagram whose source address does not define a single host -- e.g., a zero address, a
    // loopback address, a broadcast address, a multicast address, or a Class E address." A loopback
    // address never gets here but over the loopback.
    if (source.isAny() || source.isMulticast() || source.isReserved() || isBroadcast(source)) {
      return false;
    }
    // "a datagram destined to an IP broadcast or IP multicast address", "a non-initial fragment".
    if (destination.isMulticast()
        || isBroadcast(destination)
        || Ipv4Header.fragmentOffset(b, at) != 0) {
      return false;
    }
    // "an ICMP error message"; what is too short to tell, or of no known type, is taken for one.
    if (Ipv4Header.protocol(b, at) != IpProtocol.ICMP) {
      return true;
    }
    int icmp = Ipv4Header.payloadAt(b, at);
    if (icmp >= Ipv4Header.end(b, at)) {
      return false;
    }
    int type = IcmpHeader.type(b, icmp);
    return type <= IcmpHeader.TIMESTAMP_REPLY + 4 && !IcmpHeader.isError(type);
  }

  private boolean isBroadcast(IpAddress address) {
    return layer.table().isBroadcast(address);
  }

  private void errorIpv6(Packet offending, int type, int code, int rest, boolean alsoToMany) {
    byte[] b = offending.head();
    int at = offending.offset();
    IpAddress source = Ipv6Header.source(b, at);
    IpAddress destination = Ipv6Header.destination(b, at);
    // RFC 4443 2.4 (e.3) to (e.6).
    if (source.isAny() || source.isMulticast() || destination.isMulticast() && !alsoToMany) {
      return;
    }
    if (mayBeIcmpv6Error(offending)) {
      return;
    }
    int zone = source.isLinkLocal() ? offending.interfaceIndex() : 0;
    InternetRoute route = routeBack(source, destination, zone);
    if (route == null || !mayAnswer(route, offending)) {
      return;
    }
    Datagrams.completeChecksum(offending);
    int room = Ipv6Header.MIN_MTU - Ipv6Header.LENGTH - Icmpv6Header.LENGTH;
    Packet error = quote(offending, route, Math.min(room, offending.length()));
    int to = error.offset();
    Icmpv6Header.encode(error.head(), to, type, code, rest);
    completeIpv6(error, route);
    send(route, error, IpProtocol.ICMPV6, type, 0, null);
  }

  /** RFC 4443 2.4 (e.1): "MUST NOT be originated as a result of ... An ICMPv6 error message." */
  private static boolean mayBeIcmpv6Error(Packet offending) {
    byte[] b = offending.head();
    int at = offending.offset();
    int protocol = Ipv6Header.nextHeader(b, at);
    int upperAt = at + Ipv6Header.LENGTH;
    if (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP) {
      return false;
    }
    if (protocol != IpProtocol.ICMPV6) {
      offending.makeContiguous();
      b = offending.head();
      at = offending.offset();
      var headers = new Ipv6ExtensionHeaders();
      if (!headers.walkEmbedded(b, at, offending.headEnd())) {
        return false;
      }
      int fragment = headers.fragmentAt();
      protocol = headers.upperProtocol();
      if (fragment >= 0 && Ipv6FragmentHeader.fragmentOffset(b, fragment) != 0) {
        // RFC 8200 4.5 wants an answer to a later fragment that ends too far; of which type an
        // ICMPv6 message is only its first one says.
        return protocol == IpProtocol.ICMPV6;
      }
      upperAt = headers.upperAt();
    }
    return protocol == IpProtocol.ICMPV6
        && (upperAt >= offending.headEnd() || Icmpv6Header.isError(Icmpv6Header.type(b, upperAt)));
  }

  /** RFC 1122 3.2.2.6 and RFC 4443 2.2: from the address that was spoken to, if it is a host's. */
  private @Nullable InternetRoute routeBack(IpAddress to, IpAddress from, int zone) {
    IpAddress any = to.isIpv4() ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
    try {
      return layer.find(to, layer.table().isLocal(from) ? from : any, zone);
    } catch (ErrnoException e) {
      return null;
    }
  }

  private boolean mayAnswer(InternetRoute route, Packet offending) {
    if (route.isLoopback() || rateLimit.mayAnswer(route.destination())) {
      return true;
    }
    layer.drop(offending, DropReason.RATE_LIMITED);
    return false;
  }

  /** A message with room for its header and as much of the datagram as given. */
  private static Packet quote(Packet offending, InternetRoute route, int length) {
    Packet error = Packet.allocate(route.headroom(), IcmpHeader.LENGTH + length);
    error.append(IcmpHeader.LENGTH);
    int quoted = error.append(length);
    if (length > offending.headEnd() - offending.offset()) {
      offending.makeContiguous();
    }
    System.arraycopy(offending.head(), offending.offset(), error.head(), quoted, length);
    return error;
  }

  /**
   * Answers a request with a message that has all but its type, code and checksum.
   *
   * @param message begins with the ICMP header
   * @param milliseconds since midnight UT, for a timestamp option
   */
  void reply(
      Packet message,
      int type,
      Packet request,
      IpAddress to,
      IpAddress from,
      int milliseconds,
      int trafficClass) {
    int zone = to.isLinkLocal() && to.isIpv6() ? request.interfaceIndex() : 0;
    InternetRoute route = routeBack(to, from, zone);
    if (route == null) {
      return;
    }
    byte[] b = message.head();
    int at = message.offset();
    b[at] = (byte) type;
    b[at + 1] = 0;
    if (to.isIpv4()) {
      IcmpHeader.updateChecksum(b, at, message.headEnd());
      byte[] asked = request.head();
      boolean plain = Ipv4Header.headerLength(asked, request.offset()) == Ipv4Header.MIN_LENGTH;
      byte[] options =
          plain ? null : ReplyOptions.of(asked, request.offset(), route.source(), milliseconds);
      send(route, message, IpProtocol.ICMP, type, trafficClass, options);
    } else {
      completeIpv6(message, route);
      send(route, message, IpProtocol.ICMPV6, type, trafficClass, null);
    }
  }

  private static void completeIpv6(Packet message, InternetRoute route) {
    int pseudoHeader =
        InternetChecksum.pseudoHeader(
            route.source(), route.destination(), IpProtocol.ICMPV6, message.length());
    Icmpv6Header.updateChecksum(message.head(), message.offset(), message.headEnd(), pseudoHeader);
  }

  private void send(
      InternetRoute route,
      Packet message,
      int protocol,
      int type,
      int trafficClass,
      byte @Nullable [] options) {
    layer.counters().icmpOut(protocol == IpProtocol.ICMPV6, type);
    int ttl = layer.configuration().defaultTtl();
    output.send(route, message, protocol, ttl, trafficClass, false, false, true, options);
  }
}

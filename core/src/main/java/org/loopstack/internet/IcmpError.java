// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.loopstack.buffer.Packet;
import org.loopstack.wire.IpAddress;

/**
 * An error that ICMP or ICMPv6 reports about a datagram of ours.
 *
 * @param packet the ICMP message itself; the error is also attached to it
 * @param kind what happened, the same for both versions
 * @param type the ICMP type
 * @param code the ICMP code
 * @param mtu the next hop's MTU if the datagram was too big, else 0
 * @param reporter who says so
 * @param source the address of ours that the datagram was sent from
 * @param destination where it was sent to
 * @param protocol the upper-layer protocol of the datagram
 * @param transportOffset where the quoted transport header begins in the packet's head
 * @param quotedLength how many bytes of it are quoted, at least 8
 */
public record IcmpError(
    Packet packet,
    Kind kind,
    int type,
    int code,
    int mtu,
    IpAddress reporter,
    IpAddress source,
    IpAddress destination,
    int protocol,
    int transportOffset,
    int quotedLength) {

  /** What can happen to a datagram, and what a connected socket is told of it. */
  public enum Kind {
    /** RFC 1122 section 4.2.3.9: a soft error, as are all but port and protocol unreachable. */
    NETWORK_UNREACHABLE(Errno.ENETUNREACH, false),
    HOST_UNREACHABLE(Errno.EHOSTUNREACH, false),
    HOST_UNKNOWN(Errno.EHOSTDOWN, false),
    HOST_ISOLATED(Errno.ENONET, false),
    PROTOCOL_UNREACHABLE(Errno.ENOPROTOOPT, true),
    PORT_UNREACHABLE(Errno.ECONNREFUSED, true),
    PACKET_TOO_BIG(Errno.EMSGSIZE, false),
    SOURCE_ROUTE_FAILED(Errno.EOPNOTSUPP, false),
    PROHIBITED(Errno.EACCES, true),
    SOURCE_QUENCH(Errno.EAGAIN, false),
    TIME_EXCEEDED(Errno.EHOSTUNREACH, false),
    PARAMETER_PROBLEM(Errno.EPROTO, true);

    private final Errno errno;
    private final boolean hard;

    Kind(Errno errno, boolean hard) {
      this.errno = errno;
      this.hard = hard;
    }

    /** What the socket is told. */
    public Errno errno() {
      return errno;
    }

    /** Whether trying again is pointless (RFC 1122 section 4.2.3.9). */
    public boolean isHard() {
      return hard;
    }
  }
}

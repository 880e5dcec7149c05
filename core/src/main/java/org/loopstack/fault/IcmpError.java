// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;

/**
 * An error that a rule answers a datagram with, by ICMP (RFC 792, RFC 1812 section 5.2.7) or ICMPv6
 * (RFC 4443), as the datagram is IPv4 or IPv6.
 */
public enum IcmpError {
  /** No way leads to the network; "no route to destination" of ICMPv6. */
  NET_UNREACHABLE(
      IcmpHeader.UNREACHABLE,
      IcmpHeader.NET_UNREACHABLE,
      Icmpv6Header.UNREACHABLE,
      Icmpv6Header.NO_ROUTE,
      0),

  /** The host is not there; "address unreachable" of ICMPv6. */
  HOST_UNREACHABLE(
      IcmpHeader.UNREACHABLE,
      IcmpHeader.HOST_UNREACHABLE,
      Icmpv6Header.UNREACHABLE,
      Icmpv6Header.ADDRESS_UNREACHABLE,
      0),

  /** The host does not speak the protocol; "unrecognized next header" of ICMPv6. */
  PROTOCOL_UNREACHABLE(
      IcmpHeader.UNREACHABLE,
      IcmpHeader.PROTOCOL_UNREACHABLE,
      Icmpv6Header.PARAMETER_PROBLEM,
      Icmpv6Header.UNRECOGNIZED_NEXT_HEADER,
      6),

  /** Nobody has the port. */
  PORT_UNREACHABLE(
      IcmpHeader.UNREACHABLE,
      IcmpHeader.PORT_UNREACHABLE,
      Icmpv6Header.UNREACHABLE,
      Icmpv6Header.PORT_UNREACHABLE,
      0),

  /** Nobody may reach the network (RFC 1812, code 9); "administratively prohibited" of ICMPv6. */
  NET_PROHIBITED(
      IcmpHeader.UNREACHABLE,
      9,
      Icmpv6Header.UNREACHABLE,
      Icmpv6Header.ADMINISTRATIVELY_PROHIBITED,
      0),

  /** Nobody may reach the host (RFC 1812, code 10); "administratively prohibited" of ICMPv6. */
  HOST_PROHIBITED(
      IcmpHeader.UNREACHABLE,
      10,
      Icmpv6Header.UNREACHABLE,
      Icmpv6Header.ADMINISTRATIVELY_PROHIBITED,
      0),

  /** A filter does not let it through: administratively prohibited. */
  ADMIN_PROHIBITED(
      IcmpHeader.UNREACHABLE,
      IcmpHeader.ADMINISTRATIVELY_PROHIBITED,
      Icmpv6Header.UNREACHABLE,
      Icmpv6Header.ADMINISTRATIVELY_PROHIBITED,
      0),

  /** It has passed too many routers: time to live or hop limit exceeded. */
  TTL_EXCEEDED(
      IcmpHeader.TIME_EXCEEDED,
      IcmpHeader.TTL_EXCEEDED,
      Icmpv6Header.TIME_EXCEEDED,
      Icmpv6Header.HOP_LIMIT_EXCEEDED,
      0),

  /** Its other fragments did not come in time. */
  REASSEMBLY_TIME_EXCEEDED(
      IcmpHeader.TIME_EXCEEDED,
      IcmpHeader.REASSEMBLY_TIME_EXCEEDED,
      Icmpv6Header.TIME_EXCEEDED,
      Icmpv6Header.REASSEMBLY_TIME_EXCEEDED,
      0),

  /** Something in its header is wrong. */
  PARAMETER_PROBLEM(
      IcmpHeader.PARAMETER_PROBLEM,
      IcmpHeader.POINTER_INDICATES_ERROR,
      Icmpv6Header.PARAMETER_PROBLEM,
      Icmpv6Header.ERRONEOUS_HEADER,
      0);

  private final int type4;
  private final int code4;
  private final int type6;
  private final int code6;
  private final int pointer6;

  IcmpError(int type4, int code4, int type6, int code6, int pointer6) {
    this.type4 = type4;
    this.code4 = code4;
    this.type6 = type6;
    this.code6 = code6;
    this.pointer6 = pointer6;
  }

  int type(boolean ipv6) {
    return ipv6 ? type6 : type4;
  }

  int code(boolean ipv6) {
    return ipv6 ? code6 : code4;
  }

  /** What stands behind the checksum. */
  int rest(boolean ipv6) {
    return ipv6 ? pointer6 : 0;
  }
}

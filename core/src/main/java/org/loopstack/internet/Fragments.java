// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv4Options;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/** Cuts a datagram into fragments that fit an MTU (RFC 791 section 3.2, RFC 8200 section 4.5). */
final class Fragments {
  private Fragments() {}

  /**
   * Cuts an IPv4 datagram whose DF is not set.
   *
   * @param mtu at least 68: "Every internet module must be able to forward a datagram of 68 octets
   *     without further fragmentation" (RFC 791)
   * @param headroom bytes kept free in front of each fragment
   * @return the first fragment, which refers to the next
   */
  static Packet ofIpv4(Packet packet, int mtu, int headroom) {
    Datagrams.completeChecksum(packet);
    packet.makeContiguous();
    byte[] b = packet.head();
    int at = packet.offset();
    int end = packet.headEnd();
    IpAddress source = Ipv4Header.source(b, at);
    IpAddress destination = Ipv4Header.destination(b, at);
    Packet first = null;
    Packet last = null;
    int payload = Ipv4Header.payloadAt(b, at);
    for (int from = payload; from < end; ) {
      Packet fragment = Packet.allocate(headroom, mtu);
      int to = fragment.append(Ipv4Header.MIN_LENGTH);
      byte[] f = fragment.head();
      int headerLength = Ipv4Header.MIN_LENGTH;
      int options = Ipv4Header.headerLength(b, at) - Ipv4Header.MIN_LENGTH;
      if (options > 0 && first == null) {
        System.arraycopy(b, at + Ipv4Header.MIN_LENGTH, f, fragment.append(options), options);
        headerLength += options;
      } else if (options > 0) {
        int copied = Ipv4Options.copyForFragments(b, at, f, to + headerLength) - to - headerLength;
        fragment.append(copied);
        headerLength += copied;
      }
      int room = mtu - headerLength & ~7;
      int length = Math.min(room, end - from);
      System.arraycopy(b, from, f, fragment.append(length), length);
      Ipv4Header.encode(
          f,
          to,
          headerLength,
          Ipv4Header.trafficClass(b, at),
          headerLength + length,
          Ipv4Header.identification(b, at),
          from + length < end ? Ipv4Header.MORE_FRAGMENTS : 0,
          from - payload,
          Ipv4Header.ttl(b, at),
          Ipv4Header.protocol(b, at),
          source,
          destination);
      from += length;
      if (last == null) {
        first = fragment;
      } else {
        last.setNext(fragment);
      }
      last = fragment;
    }
    return first == null ? packet : first;
  }

  /**
   * Cuts an IPv6 datagram without extension headers.
   *
   * @param mtu at least 1280
   * @param headroom bytes kept free in front of each fragment
   * @return the first fragment, which refers to the next
   */
  static Packet ofIpv6(Packet packet, int mtu, int headroom, int identification) {
    Datagrams.completeChecksum(packet);
    packet.makeContiguous();
    byte[] b = packet.head();
    int at = packet.offset();
    int end = packet.headEnd();
    int unfragmentable = Ipv6Header.LENGTH;
    int room = mtu - unfragmentable - Ipv6FragmentHeader.LENGTH & ~7;
    int payload = at + unfragmentable;
    Packet first = null;
    Packet last = null;
    for (int from = payload; from < end; from += room) {
      int length = Math.min(room, end - from);
      Packet fragment =
          Packet.allocate(headroom, unfragmentable + Ipv6FragmentHeader.LENGTH + length);
      int to = fragment.append(unfragmentable);
      byte[] f = fragment.head();
      System.arraycopy(b, at, f, to, unfragmentable);
      Bytes.put16(f, to + 4, Ipv6FragmentHeader.LENGTH + length);
      Bytes.put8(f, to + 6, IpProtocol.FRAGMENT);
      Ipv6FragmentHeader.encode(
          f,
          fragment.append(Ipv6FragmentHeader.LENGTH),
          Ipv6Header.nextHeader(b, at),
          from - payload,
          from + length < end,
          identification);
      System.arraycopy(b, from, f, fragment.append(length), length);
      if (last == null) {
        first = fragment;
      } else {
        last.setNext(fragment);
      }
      last = fragment;
    }
    return first == null ? packet : first;
  }
}

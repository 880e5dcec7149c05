// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap.Direction;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6ExtensionHeaders;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.UdpHeader;

/**
 * One datagram on its way past the rules, and where its parts lie. Reading it never throws,
 * whatever the bytes are. Used by one thread at a time.
 */
final class Transit {
  /** What is said of a protocol or a part that is not there. */
  static final int NONE = -1;

  private final Direction direction;
  private Packet packet;
  private boolean own;
  private int version;
  private int protocol;
  private int transportAt;
  private int payloadOffset;
  private int length;
  private @Nullable IpAddress source;
  private @Nullable IpAddress destination;
  private @Nullable StringBuilder trail;

  Transit(Direction direction, Packet packet) {
    this.direction = direction;
    this.packet = packet;
    read();
  }

  private void read() {
    byte[] b = packet.head();
    int at = packet.offset();
    int available = packet.headEnd() - at;
    version = available == 0 ? NONE : Ipv4Header.version(b, at);
    protocol = NONE;
    transportAt = NONE;
    payloadOffset = NONE;
    source = null;
    destination = null;
    length = packet.length();
    if (version == 4 && available >= Ipv4Header.MIN_LENGTH) {
      readIpv4(b, at, available);
    } else if (version == 6 && available >= Ipv6Header.LENGTH) {
      readIpv6(b, at);
    } else {
      version = NONE;
    }
  }

  private void readIpv4(byte[] b, int at, int available) {
    int headerLength = Ipv4Header.headerLength(b, at);
    protocol = Ipv4Header.protocol(b, at);
    length = Math.min(length, Ipv4Header.totalLength(b, at));
    if (headerLength >= Ipv4Header.MIN_LENGTH
        && headerLength <= available
        && Ipv4Header.fragmentOffset(b, at) == 0) {
      readTransport(b, at + headerLength);
    }
  }

  private void readIpv6(byte[] b, int at) {
    protocol = Ipv6Header.nextHeader(b, at);
    length = Math.min(length, Ipv6Header.LENGTH + Ipv6Header.payloadLength(b, at));
    switch (protocol) {
      case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.ICMPV6 ->
          readTransport(b, at + Ipv6Header.LENGTH);
      default -> {
        var walker = new Ipv6ExtensionHeaders();
        int fragmentAt;
        if (walker.walkEmbedded(b, at, packet.headEnd())) {
          protocol = walker.upperProtocol();
          fragmentAt = walker.fragmentAt();
          if (fragmentAt < 0 || Ipv6FragmentHeader.fragmentOffset(b, fragmentAt) == 0) {
            readTransport(b, walker.upperAt());
          }
        }
      }
    }
  }

  private void readTransport(byte[] b, int at) {
    int end = packet.headEnd();
    switch (protocol) {
      case IpProtocol.TCP -> {
        if (TcpHeader.validate(b, at, end) == null) {
          transportAt = at;
          payloadOffset = TcpHeader.payloadAt(b, at) - packet.offset();
        }
      }
      case IpProtocol.UDP -> {
        if (end - at >= UdpHeader.LENGTH) {
          transportAt = at;
          payloadOffset = UdpHeader.payloadAt(at) - packet.offset();
        }
      }
      default -> {
        transportAt = at;
        payloadOffset = at - packet.offset();
      }
    }
  }

  Direction direction() {
    return direction;
  }

  Packet packet() {
    return packet;
  }

  /** 4 or 6, or {@link #NONE}. */
  int version() {
    return version;
  }

  /** The number of the upper-layer protocol, or {@link #NONE}. */
  int protocol() {
    return protocol;
  }

  /** The datagram's length, without padding, in bytes. */
  int length() {
    return length;
  }

  /** Whether both addresses are there. */
  boolean hasAddresses() {
    return version != NONE;
  }

  IpAddress source() {
    IpAddress found = source;
    if (found == null) {
      byte[] b = packet.head();
      int at = packet.offset();
      found = version == 4 ? Ipv4Header.source(b, at) : Ipv6Header.source(b, at);
      source = found;
    }
    return found;
  }

  IpAddress destination() {
    IpAddress found = destination;
    if (found == null) {
      byte[] b = packet.head();
      int at = packet.offset();
      found = version == 4 ? Ipv4Header.destination(b, at) : Ipv6Header.destination(b, at);
      destination = found;
    }
    return found;
  }

  /** Whether it begins with a TCP header that can be read. */
  boolean isTcp() {
    return protocol == IpProtocol.TCP && transportAt != NONE;
  }

  /** Whether it has ports: TCP or UDP, and no later fragment. */
  boolean hasPorts() {
    return transportAt != NONE && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP);
  }

  int sourcePort() {
    return Bytes.u16(packet.head(), transportAt);
  }

  int destinationPort() {
    return Bytes.u16(packet.head(), transportAt + 2);
  }

  /** The control bits of a TCP segment. */
  int flags() {
    return TcpHeader.flags(packet.head(), transportAt);
  }

  /** Where the transport header lies in the head, or {@link #NONE}. */
  int transportAt() {
    return transportAt;
  }

  /** How many bytes of the datagram stand in front of its payload, or {@link #NONE}. */
  int payloadOffset() {
    return payloadOffset;
  }

  /** How many bytes of payload a TCP segment or UDP datagram carries here. */
  int payloadLength() {
    return payloadOffset == NONE ? 0 : Math.max(0, length - payloadOffset);
  }

  /** All bytes, complete and in an array of their own. */
  byte[] bytes() {
    return Datagrams.bytes(packet);
  }

  /** The same datagram with bytes of its own and right checksums, not shared with anybody. */
  Transit copy() {
    byte[] bytes = bytes();
    Transit copy = new Transit(direction, Packet.wrap(bytes, 0, bytes.length));
    copy.packet.setTime(packet.time());
    copy.own = true;
    copy.trail = trail == null ? null : new StringBuilder(trail);
    return copy;
  }

  /**
   * Makes the bytes the datagram's own, so that it can be kept beyond the call: what the loopback
   * has skipped stays skipped.
   */
  void keep() {
    if (!own) {
      long time = packet.time();
      packet = packet.copy();
      packet.setTime(time);
      own = true;
      read();
    }
  }

  /** Makes the bytes the datagram's own and complete, so that they can be written. */
  byte[] toBeChanged() {
    if (!own || packet.isChecksumPending()) {
      replace(bytes());
    }
    return packet.head();
  }

  /** Puts other bytes in the datagram's place. */
  void replace(byte[] bytes) {
    long time = packet.time();
    packet = Packet.wrap(bytes, 0, bytes.length);
    packet.setTime(time);
    own = true;
    read();
  }

  /** Writes down what a rule did; {@link #trail} tells all of it. */
  void note(String what) {
    if (trail == null) {
      trail = new StringBuilder(what);
    } else {
      trail.append(", ").append(what);
    }
  }

  /** What rules have done to the datagram so far, or null for nothing that was written down. */
  @Nullable String trail() {
    return trail == null ? null : trail.toString();
  }
}

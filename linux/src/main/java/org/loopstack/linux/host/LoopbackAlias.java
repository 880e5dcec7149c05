// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.host;

import java.util.Set;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;

/**
 * A link at whose other end 127.A.B.C is called so and at whose own end it is 10.A.B.C. Addresses
 * are exchanged in both directions, in what ICMP errors quote too, and checksums follow (RFC 1624).
 * IPv6 passes as it is.
 */
final class LoopbackAlias implements Link {
  private static final int LOOPBACK = 127;
  private static final int PRIVATE = 10;
  private static final int SOURCE = 12;
  private static final int DESTINATION = 16;
  private static final int HEADER_CHECKSUM = 10;

  private final Link link;

  LoopbackAlias(Link link) {
    this.link = link;
  }

  /** What an address of 127/8 is called at this end. */
  static IpAddress inside(IpAddress loopback) {
    return IpAddress.ofIpv4(loopback.ipv4Bits() & 0x00ff_ffff | PRIVATE << 24);
  }

  @Override
  public int mtu() {
    return link.mtu();
  }

  @Override
  public Set<LinkFlag> flags() {
    return link.flags();
  }

  @Override
  public void attach(LinkReceiver receiver) {
    link.attach(
        packet -> {
          exchange(packet.head(), packet.offset(), packet.headEnd(), LOOPBACK, PRIVATE);
          receiver.receive(packet);
        });
  }

  @Override
  public void transmit(Packet packet) {
    packet.makeContiguous();
    exchange(packet.head(), packet.offset(), packet.headEnd(), PRIVATE, LOOPBACK);
    link.transmit(packet);
  }

  @Override
  public void close() {
    link.close();
  }

  private static void exchange(byte[] b, int at, int end, int from, int to) {
    if (Ipv4Header.validate(b, at, end) != null) {
      return;
    }
    int payload = Ipv4Header.payloadAt(b, at);
    int changes = exchangeAddresses(b, at, from, to);
    if (Ipv4Header.fragmentOffset(b, at) != 0) {
      return;
    }
    switch (Ipv4Header.protocol(b, at)) {
      case IpProtocol.TCP -> adjust(b, payload + 16, end, changes, from, to);
      case IpProtocol.UDP -> {
        // RFC 768: zero means that there is none.
        if (end - payload >= 8 && Bytes.u16(b, payload + 6) != 0) {
          adjust(b, payload + 6, end, changes, from, to);
        }
      }
      case IpProtocol.ICMP -> {
        if (end - payload >= IcmpHeader.LENGTH && IcmpHeader.isError(IcmpHeader.type(b, payload))) {
          exchangeQuoted(b, IcmpHeader.embeddedAt(payload), end, from, to);
        }
      }
      default -> {}
    }
  }

  /**
   * The quoted header's addresses and checksum change by the same amount in opposite directions, so
   * that ICMP's own checksum stays right.
   */
  private static void exchangeQuoted(byte[] b, int at, int end, int from, int to) {
    if (end - at >= Ipv4Header.MIN_LENGTH && Ipv4Header.version(b, at) == 4) {
      int _ = exchangeAddresses(b, at, from, to);
    }
  }

  /** Returns how many of the two were changed. */
  private static int exchangeAddresses(byte[] b, int at, int from, int to) {
    int changes = 0;
    for (int each = at + SOURCE; each <= at + DESTINATION; each += 4) {
      if ((b[each] & 0xff) == from) {
        b[each] = (byte) to;
        changes++;
      }
    }
    adjust(b, at + HEADER_CHECKSUM, at + Ipv4Header.MIN_LENGTH, changes, from, to);
    return changes;
  }

  /**
   * RFC 1624 section 3: {@code HC' = ~(~HC + ~m + m')}, for each word whose upper byte has changed.
   */
  private static void adjust(byte[] b, int field, int end, int changes, int from, int to) {
    if (field + 2 > end) {
      return;
    }
    int sum = ~Bytes.u16(b, field) & 0xffff;
    for (int i = 0; i < changes; i++) {
      sum += (~(from << 8) & 0xffff) + (to << 8);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    int checksum = ~sum & 0xffff;
    b[field] = (byte) (checksum >> 8);
    b[field + 1] = (byte) checksum;
  }
}

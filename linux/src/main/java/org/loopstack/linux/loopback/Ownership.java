// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.loopback;

import java.util.BitSet;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6ExtensionHeaders;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/**
 * Whose a datagram on a shared loopback is. By its destination port, over TCP and UDP; an ICMP
 * error is for whoever sent what it is about. All other datagrams are the kernel's.
 *
 * <p>A fragment that is not the first has no port: it belongs to whom the first one of its datagram
 * belongs. If a fault rule lets it overtake the first one it is lost to the stack, which asks again
 * as after any loss.
 *
 * <p>Safe for use by many threads.
 */
final class Ownership {
  private static final int REMEMBERED = 256;
  private static final int DESTINATION_PORT = 2;

  private final BitSet ports;

  /**
   * Datagrams of the stack's whose first fragment has passed, by a hash of what tells them apart.
   */
  private final int[] fragmented = new int[REMEMBERED];

  /**
   * The stack's ports.
   *
   * @param ports not changed any more
   */
  Ownership(BitSet ports) {
    this.ports = ports;
  }

  /**
   * Whether the stack receives it.
   *
   * @param packet all of it in the head; any bytes
   */
  boolean isStacks(Packet packet) {
    byte[] b = packet.head();
    int at = packet.offset();
    int end = packet.headEnd();
    if (end == at) {
      return false;
    }
    return switch (Ipv4Header.version(b, at)) {
      case 4 -> end - at >= Ipv4Header.MIN_LENGTH && ipv4(b, at, end);
      case 6 -> end - at >= Ipv6Header.LENGTH && ipv6(b, at, end);
      default -> false;
    };
  }

  private boolean ipv4(byte[] b, int at, int end) {
    int protocol = Ipv4Header.protocol(b, at);
    if (!Ipv4Header.isFragment(b, at)) {
      return byPort(b, at + Ipv4Header.headerLength(b, at), end, protocol);
    }
    int datagram =
        hash(
            Ipv4Header.identification(b, at) << 8 | protocol,
            Ipv4Header.sourceBits(b, at),
            Ipv4Header.destinationBits(b, at));
    if (Ipv4Header.fragmentOffset(b, at) != 0) {
      return recall(datagram);
    }
    return remember(datagram, byPort(b, at + Ipv4Header.headerLength(b, at), end, protocol));
  }

  private boolean ipv6(byte[] b, int at, int end) {
    int next = Ipv6Header.nextHeader(b, at);
    if (next == IpProtocol.TCP || next == IpProtocol.UDP || next == IpProtocol.ICMPV6) {
      return byPort(b, at + Ipv6Header.LENGTH, end, next);
    }
    Ipv6ExtensionHeaders walker = new Ipv6ExtensionHeaders();
    if (!walker.walkEmbedded(b, at, end)) {
      return false;
    }
    int fragment = walker.fragmentAt();
    if (fragment < 0) {
      return byPort(b, walker.upperAt(), end, walker.upperProtocol());
    }
    int datagram =
        hash(
            Ipv6FragmentHeader.identification(b, fragment),
            Bytes.i32(b, at + 20),
            Bytes.i32(b, at + 36));
    if (Ipv6FragmentHeader.fragmentOffset(b, fragment) != 0) {
      return recall(datagram);
    }
    return remember(datagram, byPort(b, walker.upperAt(), end, walker.upperProtocol()));
  }

  private boolean byPort(byte[] b, int at, int end, int protocol) {
    return switch (protocol) {
      case IpProtocol.TCP, IpProtocol.UDP ->
          end - at >= 4 && ports.get(Bytes.u16(b, at + DESTINATION_PORT));
      case IpProtocol.ICMP ->
          end - at >= IcmpHeader.LENGTH + Ipv4Header.MIN_LENGTH
              && IcmpHeader.isError(IcmpHeader.type(b, at))
              && isSenderOfIpv4(b, IcmpHeader.embeddedAt(at), end);
      case IpProtocol.ICMPV6 ->
          end - at >= Icmpv6Header.LENGTH + Ipv6Header.LENGTH
              && Icmpv6Header.isError(Icmpv6Header.type(b, at))
              && isSenderOfIpv6(b, Icmpv6Header.embeddedAt(at), end);
      default -> false;
    };
  }

  private boolean isSenderOfIpv4(byte[] b, int at, int end) {
    return Ipv4Header.fragmentOffset(b, at) == 0
        && isSender(b, at + Ipv4Header.headerLength(b, at), end, Ipv4Header.protocol(b, at));
  }

  private boolean isSenderOfIpv6(byte[] b, int at, int end) {
    return isSender(b, at + Ipv6Header.LENGTH, end, Ipv6Header.nextHeader(b, at));
  }

  private boolean isSender(byte[] b, int at, int end, int protocol) {
    return (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP)
        && end - at >= 4
        && ports.get(Bytes.u16(b, at));
  }

  private static int hash(int one, int two, int three) {
    int hash = ((one * 31 + two) * 31 + three) * 0x9e37_79b9;
    return hash == 0 ? 1 : hash;
  }

  private boolean remember(int datagram, boolean stacks) {
    synchronized (fragmented) {
      int place = datagram >>> 24;
      if (stacks) {
        fragmented[place] = datagram;
      } else if (fragmented[place] == datagram) {
        fragmented[place] = 0;
      }
    }
    return stacks;
  }

  private boolean recall(int datagram) {
    synchronized (fragmented) {
      return fragmented[datagram >>> 24] == datagram;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.loopstack.wire.IpAddress;

/** {@code struct sockaddr_in} and {@code sockaddr_in6}. */
final class SocketAddresses {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  /** The longer of the two, in bytes. */
  static final int MAX_LENGTH = 28;

  private static final int IPV4_LENGTH = 16;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  static MemorySegment encode(Arena arena, IpAddress address, int port) {
    boolean ipv4 = address.isIpv4();
    MemorySegment encoded = arena.allocate(ipv4 ? IPV4_LENGTH : MAX_LENGTH, 4);
    encoded.set(JAVA_SHORT, 0, (short) (ipv4 ? AF_INET : AF_INET6));
    encoded.set(NETWORK_SHORT, 2, (short) port);
    byte[] bytes = address.toInetAddress().getAddress();
    MemorySegment.copy(bytes, 0, encoded, JAVA_BYTE, ipv4 ? 4 : 8, bytes.length);
    return encoded;
  }

  /** Whether it is of one of the two families. */
  static boolean isInternet(MemorySegment encoded) {
    int family = encoded.get(JAVA_SHORT, 0);
    return family == AF_INET || family == AF_INET6;
  }

  /** An IPv4 address, also where it is written as an IPv6 one, or an IPv6 address. */
  static IpAddress address(MemorySegment encoded) {
    boolean ipv4 = encoded.get(JAVA_SHORT, 0) == AF_INET;
    byte[] bytes = encoded.asSlice(ipv4 ? 4 : 8, ipv4 ? 4 : 16).toArray(JAVA_BYTE);
    if (ipv4) {
      return IpAddress.readIpv4(bytes, 0);
    }
    return IpAddress.isIpv4Mapped(bytes, 0)
        ? IpAddress.readIpv4(bytes, 12)
        : IpAddress.readIpv6(bytes, 0);
  }

  static int port(MemorySegment encoded) {
    return Short.toUnsignedInt(encoded.get(NETWORK_SHORT, 2));
  }
}

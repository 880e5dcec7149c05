// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.loopstack.wire.IpAddress;

/**
 * {@code struct sockaddr_in} and {@code struct sockaddr_in6}: an address and a port for the kernel.
 */
public final class SocketAddresses {
  /** The length of the longer one. */
  public static final int MAX_LENGTH = 28;

  /** AF_INET. */
  public static final int AF_INET = 2;

  /** AF_INET6. */
  public static final int AF_INET6 = 10;

  private static final int INET_LENGTH = 16;

  private SocketAddresses() {}

  /** The family of an address. */
  public static int family(IpAddress address) {
    return address.isIpv4() ? AF_INET : AF_INET6;
  }

  /**
   * Writes one.
   *
   * @param scope the index of the interface for a link-local address, else 0
   */
  public static MemorySegment write(
      SegmentAllocator allocator, IpAddress address, int port, int scope) {
    boolean ipv4 = address.isIpv4();
    MemorySegment s = allocator.allocate(ipv4 ? INET_LENGTH : MAX_LENGTH, 4);
    s.fill((byte) 0);
    s.set(JAVA_SHORT, 0, (short) family(address));
    s.set(JAVA_BYTE, 2, (byte) (port >>> 8));
    s.set(JAVA_BYTE, 3, (byte) port);
    byte[] bytes = new byte[address.length()];
    int _ = address.write(bytes, 0);
    MemorySegment.copy(bytes, 0, s, JAVA_BYTE, ipv4 ? 4 : 8, bytes.length);
    if (!ipv4) {
      s.set(JAVA_INT, 24, scope);
    }
    return s;
  }

  /** Whether it is of one of the two families. */
  public static boolean isInternet(MemorySegment s) {
    return s.get(JAVA_SHORT, 0) == AF_INET || s.get(JAVA_SHORT, 0) == AF_INET6;
  }

  /**
   * The address in one: IPv4 also where it is written as an IPv6 one.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static IpAddress address(MemorySegment s) {
    return switch (s.get(JAVA_SHORT, 0)) {
      case AF_INET -> IpAddress.readIpv4(s.asSlice(4, 4).toArray(JAVA_BYTE), 0);
      case AF_INET6 -> inet6(s.asSlice(8, 16).toArray(JAVA_BYTE));
      default -> throw new IllegalArgumentException("Family " + s.get(JAVA_SHORT, 0));
    };
  }

  private static IpAddress inet6(byte[] bytes) {
    return IpAddress.isIpv4Mapped(bytes, 0)
        ? IpAddress.readIpv4(bytes, 12)
        : IpAddress.readIpv6(bytes, 0);
  }

  /** The port in one. */
  public static int port(MemorySegment s) {
    return Byte.toUnsignedInt(s.get(JAVA_BYTE, 2)) << 8 | Byte.toUnsignedInt(s.get(JAVA_BYTE, 3));
  }
}

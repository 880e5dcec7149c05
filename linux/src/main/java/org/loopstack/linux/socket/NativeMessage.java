// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.SocketAddresses;

/**
 * {@code struct msghdr} (recvmsg(2)) with room for an address, a datagram and what the kernel says
 * beside it (cmsg(3)).
 */
final class NativeMessage {
  private static final int MAX_LENGTH = 65_575;
  private static final int CONTROL_LENGTH = 512;

  /** {@code struct cmsghdr}: length, level, type; its data behind. */
  private static final int CONTROL_HEADER = 16;

  private static final int SOL_IP = 0;
  private static final int IP_TTL = 2;
  private static final int IP_RECVERR = 11;
  private static final int SOL_IPV6 = 41;
  private static final int IPV6_RECVERR = 25;
  private static final int IPV6_HOPLIMIT = 52;

  /** {@code struct sock_extended_err}; the address of who says it follows. */
  private static final int EXTENDED_ERROR = 16;

  /** {@code struct sockaddr_in}. */
  private static final int SHORTER_ADDRESS = 16;

  private static final int MSG_CONTROL_LENGTH = 40;

  private final MemorySegment header;
  private final MemorySegment address;
  private final MemorySegment data;
  private final MemorySegment control;

  NativeMessage(Arena arena) {
    header = arena.allocate(56, 8);
    address = arena.allocate(SocketAddresses.MAX_LENGTH, 8);
    data = arena.allocate(MAX_LENGTH, 8);
    control = arena.allocate(CONTROL_LENGTH, 8);
    MemorySegment vector = arena.allocate(16, 8);
    vector.set(ADDRESS, 0, data);
    vector.set(JAVA_LONG, 8, MAX_LENGTH);
    header.set(ADDRESS, 0, address);
    header.set(ADDRESS, 16, vector);
    header.set(JAVA_LONG, 24, 1);
    header.set(ADDRESS, 32, control);
  }

  /** For the kernel to fill. */
  MemorySegment fresh() {
    header.set(JAVA_INT, 8, SocketAddresses.MAX_LENGTH);
    header.set(JAVA_LONG, MSG_CONTROL_LENGTH, CONTROL_LENGTH);
    return header;
  }

  NativeSocket.Received received(int length) {
    MemorySegment limit = find(IP_TTL, IPV6_HOPLIMIT, Integer.BYTES);
    return new NativeSocket.Received(
        SocketAddresses.address(address),
        limit == null ? -1 : limit.get(JAVA_INT, 0),
        data.asSlice(0, length).toArray(JAVA_BYTE));
  }

  /** What the error queue has, if it is an ICMP error: what was sent comes back with it. */
  NativeSocket.@Nullable Failed failed(int length) {
    MemorySegment error = find(IP_RECVERR, IPV6_RECVERR, EXTENDED_ERROR + SHORTER_ADDRESS);
    if (error == null) {
      return null;
    }
    // errno 4, origin 1, type 1, code 1, 1, info 4, data 4.
    MemorySegment offender = error.asSlice(EXTENDED_ERROR);
    return new NativeSocket.Failed(
        SocketAddresses.isInternet(offender) ? SocketAddresses.address(offender) : null,
        Byte.toUnsignedInt(error.get(JAVA_BYTE, 5)),
        Byte.toUnsignedInt(error.get(JAVA_BYTE, 6)),
        error.get(JAVA_INT, 8),
        data.asSlice(0, length).toArray(JAVA_BYTE));
  }

  /** What the kernel says under one of two numbers, at least so many bytes of it, or null. */
  private @Nullable MemorySegment find(int ipv4Type, int ipv6Type, int least) {
    long end = Math.min(CONTROL_LENGTH, header.get(JAVA_LONG, MSG_CONTROL_LENGTH));
    for (long at = 0; end - at >= CONTROL_HEADER; ) {
      long size = control.get(JAVA_LONG, at);
      if (size < CONTROL_HEADER || size > end - at) {
        return null;
      }
      int level = control.get(JAVA_INT, at + 8);
      int type = control.get(JAVA_INT, at + 12);
      boolean wanted = level == SOL_IP && type == ipv4Type || level == SOL_IPV6 && type == ipv6Type;
      if (wanted && size - CONTROL_HEADER >= least) {
        return control.asSlice(at + CONTROL_HEADER, size - CONTROL_HEADER);
      }
      at += size + 7 & ~7L;
    }
    return null;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.info.TcpInfo;

/**
 * {@code struct tcp_info} of {@code linux/tcp.h}, which has grown with the kernels: what one does
 * not tell reads as zero.
 */
public final class TcpInfoFormat {
  private static final int LEAST = 104;

  private TcpInfoFormat() {}

  /** Reads one; null if there is none. */
  public static @Nullable TcpInfo parse(@Nullable ByteBuffer given) {
    if (given == null || given.remaining() < LEAST) {
      return null;
    }
    ByteBuffer b = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());
    b.put(0, given, given.position(), Math.min(512, given.remaining()));
    // Two fields of four bits, which follow the machine's order.
    int scales = Byte.toUnsignedInt(b.get(6));
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    int low = scales & 0xf;
    int high = scales >>> 4;
    return new TcpInfo(
        b.get(0),
        b.get(1),
        b.get(2),
        b.get(3),
        b.get(4),
        b.get(5),
        little ? low : high,
        little ? high : low,
        b.getInt(8),
        b.getInt(12),
        b.getInt(16),
        b.getInt(20),
        b.getInt(24),
        b.getInt(28),
        b.getInt(32),
        b.getInt(36),
        b.getInt(40),
        b.getInt(44),
        b.getInt(48),
        b.getInt(52),
        b.getInt(56),
        b.getInt(60),
        b.getInt(64),
        b.getInt(68),
        b.getInt(72),
        b.getInt(76),
        b.getInt(80),
        b.getInt(84),
        b.getInt(88),
        b.getInt(92),
        b.getInt(96),
        b.getInt(100),
        b.getLong(120),
        b.getLong(128),
        b.getInt(136),
        b.getInt(140),
        b.getInt(144),
        unlessNone(b.getInt(148)),
        b.getInt(152),
        b.getInt(156),
        b.getLong(160),
        b.getLong(168),
        b.getLong(176),
        b.getLong(184),
        b.getInt(192),
        b.getInt(196),
        b.getLong(200),
        b.getLong(208),
        b.getInt(216),
        b.getInt(220),
        b.getInt(224),
        b.getInt(228),
        b.getInt(232));
  }

  /** Linux has 2^32 - 1 for a round trip that was not measured. */
  private static int unlessNone(int minRtt) {
    return minRtt < 0 ? Integer.MAX_VALUE : minRtt;
  }
}

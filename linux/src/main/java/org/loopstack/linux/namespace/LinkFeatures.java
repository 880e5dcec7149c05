// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;

/** What an interface takes off the processor's hands, as {@code ethtool -k} shows and sets it. */
public final class LinkFeatures {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final int IFREQ_LENGTH = 40;
  private static final int NAME_LENGTH = 16;
  private static final long SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GTSO = 0x1e;
  private static final int ETHTOOL_STSO = 0x1f;

  private LinkFeatures() {}

  /**
   * Whether TCP may hand over segments that are larger than the MTU; null if the interface does not
   * say. In the network namespace of the calling thread.
   */
  public static @Nullable Boolean segmentationOffload(String linkName) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(8, 4);
      value.set(JAVA_INT, 0, ETHTOOL_GTSO);
      return call(arena, linkName, value) < 0 ? null : value.get(JAVA_INT, 4) != 0;
    }
  }

  /**
   * Switches it.
   *
   * @throws LinuxException EPERM without CAP_NET_ADMIN
   */
  public static void setSegmentationOffload(String linkName, boolean on) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(8, 4);
      value.set(JAVA_INT, 0, ETHTOOL_STSO);
      value.set(JAVA_INT, 4, on ? 1 : 0);
      int _ =
          LinuxException.check(
              call(arena, linkName, value), "switch the segmentation offload of " + linkName);
    }
  }

  /** struct ifreq with a pointer to a struct ethtool_value: a command and a number. */
  private static int call(Arena arena, String linkName, MemorySegment value) throws IOException {
    MemorySegment request = arena.allocate(IFREQ_LENGTH, 8);
    request.setString(0, linkName);
    request.set(ADDRESS, NAME_LENGTH, value);
    int fd = LinuxException.check(Libc.socket(AF_INET, SOCK_DGRAM, 0), "open a socket");
    try {
      return Libc.ioctl(fd, SIOCETHTOOL, request);
    } finally {
      int _ = Libc.close(fd);
    }
  }
}

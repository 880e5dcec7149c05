// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** struct virtio_net_hdr (VIRTIO 1.2, section 5.1.6): what is left to be done to a frame. */
final class VirtioHeader {
  /** Its length in bytes. */
  static final int LENGTH = 10;

  private static final int NEEDS_CHECKSUM = 1;

  private VirtioHeader() {}

  /** Whether a checksum is missing (flags) or several segments are in one (gso_type). */
  static boolean isUnfinished(MemorySegment buffer) {
    return (buffer.get(JAVA_BYTE, 0) & NEEDS_CHECKSUM) != 0 || buffer.get(JAVA_BYTE, 1) != 0;
  }
}

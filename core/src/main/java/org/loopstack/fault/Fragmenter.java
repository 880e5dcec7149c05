// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.Ipv4Header;

/** Cuts IPv4 datagrams into fragments, as a router does (RFC 791 section 3.2). */
final class Fragmenter {
  private static final int TOTAL_LENGTH = 2;
  private static final int FLAGS_OFFSET = 6;
  private static final int COPIED = 0x80;
  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;

  private Fragmenter() {}

  /**
   * The fragments of a datagram that may be fragmented.
   *
   * @param b a whole IPv4 datagram, or a fragment
   * @param mtu the most bytes of each, 68 or more
   */
  static List<byte[]> fragments(byte[] b, int mtu) {
    int header = Ipv4Header.headerLength(b, 0);
    int end = Ipv4Header.totalLength(b, 0);
    int step = (mtu - header) / 8 * 8;
    List<byte[]> all = new ArrayList<>();
    for (int from = header; from < end; from += step) {
      int length = Math.min(step, end - from);
      byte[] fragment = Arrays.copyOf(b, header + length);
      System.arraycopy(b, from, fragment, header, length);
      boolean more = from + length < end || Ipv4Header.moreFragments(b, 0);
      int offset = Ipv4Header.fragmentOffset(b, 0) + from - header;
      int flags = more ? Ipv4Header.MORE_FRAGMENTS : 0;
      Bytes.put16(fragment, TOTAL_LENGTH, fragment.length);
      Bytes.put16(fragment, FLAGS_OFFSET, flags << 13 | offset >>> 3);
      if (from > header) {
        blankOptions(fragment, header);
      }
      Ipv4Header.updateChecksum(fragment, 0);
      all.add(fragment);
    }
    return all;
  }

  /**
   * RFC 791 3.1: "The copied flag indicates that this option is copied into all fragments". Others
   * are made no operations, so that the header keeps its length.
   */
  private static void blankOptions(byte[] b, int header) {
    for (int at = Ipv4Header.MIN_LENGTH; at < header; ) {
      int type = Bytes.u8(b, at);
      if (type == END_OF_OPTIONS) {
        return;
      }
      int length = type == NO_OPERATION || at + 1 == header ? 1 : Bytes.u8(b, at + 1);
      if (length < 1 || length > header - at) {
        return;
      }
      if ((type & COPIED) == 0) {
        Arrays.fill(b, at, at + length, (byte) NO_OPERATION);
      }
      at += length;
    }
  }
}

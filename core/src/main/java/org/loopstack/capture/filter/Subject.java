// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
import org.loopstack.link.LinkTap;

/** A packet while a filter looks at it. */
final class Subject {
  private final byte[] head;
  private final int start;
  private final int headLength;
  private final @Nullable Slice body;
  private final int length;
  private final int originalLength;
  private final LinkTap.@Nullable Direction direction;
  private final int network;
  private final int family;
  private boolean cut;

  /** A datagram that passes: it is looked at where it lies. */
  Subject(Packet packet, LinkTap.Direction direction) {
    this.head = packet.head();
    this.start = packet.offset();
    this.headLength = packet.headEnd() - packet.offset();
    this.body = packet.body();
    this.length = packet.length();
    this.originalLength = length;
    this.direction = direction;
    this.network = 0;
    this.family = LinkTypes.UNSAID;
  }

  /** A packet of a capture. */
  Subject(byte[] bytes, int originalLength, int linkType, LinkTap.@Nullable Direction direction) {
    this.head = bytes;
    this.start = 0;
    this.headLength = bytes.length;
    this.body = null;
    this.length = bytes.length;
    this.originalLength = originalLength;
    this.direction = direction;
    this.network = LinkTypes.network(linkType);
    this.family = LinkTypes.family(bytes, linkType);
  }

  /** Whether it is a datagram of that version. */
  boolean isFamily(int version) {
    return switch (family) {
      case LinkTypes.UNSAID -> load(network, 1) >>> 4 == version;
      case LinkTypes.CUT -> giveUp() == version;
      default -> family == version;
    };
  }

  /** Where the IP header begins. */
  int network() {
    return network;
  }

  /** How long it was when it passed, in bytes, with the link's header. */
  int originalLength() {
    return originalLength;
  }

  boolean isDirection(LinkTap.Direction which) {
    return direction == which;
  }

  /**
   * A number of one, two or four bytes. What lies beyond the end makes the packet {@linkplain
   * #isCut one that matches nothing}, as a BPF program that looks there ends at once.
   */
  int load(int at, int size) {
    if (at < 0 || at > length - size) {
      cut = true;
      return 0;
    }
    int value = 0;
    for (int i = 0; i < size; i++) {
      value = value << 8 | u8(at + i);
    }
    return value;
  }

  private int u8(int at) {
    if (at < headLength) {
      return head[start + at] & 0xff;
    }
    int left = at - headLength;
    for (Slice each = body; each != null; each = each.next()) {
      if (left < each.length()) {
        return each.array()[each.offset() + left] & 0xff;
      }
      left -= each.length();
    }
    throw new IllegalStateException("A packet shorter than its length");
  }

  /** Says that there is nothing to be found out about it any more. */
  int giveUp() {
    cut = true;
    return 0;
  }

  /** Whether something was asked that it has no answer to. */
  boolean isCut() {
    return cut;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import org.loopstack.wire.Bytes;

/**
 * What captured packets begin with, by the numbers of the registry of link types at <a
 * href="https://www.tcpdump.org/linktypes.html">tcpdump.org</a>.
 */
public final class LinkTypes {
  /** The link does not say what it carries. */
  static final int UNSAID = -1;

  /** The frame ends before it says what it carries. */
  static final int CUT = -2;

  private static final int ETHERTYPE_IPV4 = 0x0800;
  private static final int ETHERTYPE_IPV6 = 0x86dd;

  private LinkTypes() {}

  /** Where a datagram would begin, or -1 if the link type is none that is known here. */
  static int network(int linkType) {
    return switch (linkType) {
      case 12, 14, 101, 228, 229 -> 0; // raw IP, of any version or one
      case 0, 108 -> 4; // BSD's loopbacks: an address family
      case 1 -> 14; // Ethernet
      case 113 -> 16; // Linux cooked
      case 276 -> 20; // Linux cooked, version 2
      default -> -1;
    };
  }

  /** Where the frame says what it carries, as an ethertype; -1 if it does not. */
  private static int ethertypeAt(int linkType) {
    return switch (linkType) {
      case 1 -> 12;
      case 113 -> 14;
      case 276 -> 0;
      default -> -1;
    };
  }

  /** The version of IP that the link says it carries: 4 or 6; 0 for none. */
  static int family(byte[] frame, int linkType) {
    int typeAt = ethertypeAt(linkType);
    if (typeAt >= 0) {
      if (frame.length < typeAt + 2) {
        return CUT;
      }
      int type = Bytes.u16(frame, typeAt);
      return type == ETHERTYPE_IPV4 ? 4 : type == ETHERTYPE_IPV6 ? 6 : 0;
    }
    return switch (linkType) {
      case 228 -> 4;
      case 229 -> 6;
      default -> network(linkType) < 0 ? 0 : UNSAID;
    };
  }

  /**
   * Where in a frame its IP datagram begins.
   *
   * @return -1 if there is none, or if the link type is none that is known here
   */
  public static int datagramAt(byte[] frame, int linkType) {
    int at = network(linkType);
    if (at < 0 || at >= frame.length) {
      return -1;
    }
    int family = family(frame, linkType);
    int version = Bytes.u8(frame, at) >>> 4;
    boolean ip = family < 0 ? version == 4 || version == 6 : family == version;
    return ip ? at : -1;
  }
}

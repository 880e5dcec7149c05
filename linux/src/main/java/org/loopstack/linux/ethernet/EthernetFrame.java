// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ethernet;

import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpAddress;

/** An Ethernet frame: destination, source, type, and what it carries. */
final class EthernetFrame {
  static final int HEADER_LENGTH = 14;
  static final int ADDRESS_LENGTH = 6;
  static final int TYPE_IPV4 = 0x0800;
  static final int TYPE_ARP = 0x0806;
  static final int TYPE_IPV6 = 0x86dd;

  private static final int SOURCE = 6;
  private static final int TYPE = 12;

  private EthernetFrame() {}

  static int type(byte[] frame) {
    return Bytes.u16(frame, TYPE);
  }

  /** Whether it is for this host or for many. */
  static boolean isFor(byte[] frame, byte[] own) {
    if ((frame[0] & 1) != 0) {
      return true;
    }
    for (int i = 0; i < ADDRESS_LENGTH; i++) {
      if (frame[i] != own[i]) {
        return false;
      }
    }
    return true;
  }

  static void encode(byte[] frame, byte[] destination, byte[] source, int type) {
    System.arraycopy(destination, 0, frame, 0, ADDRESS_LENGTH);
    System.arraycopy(source, 0, frame, SOURCE, ADDRESS_LENGTH);
    frame[TYPE] = (byte) (type >> 8);
    frame[TYPE + 1] = (byte) type;
  }

  static byte[] broadcast() {
    return new byte[] {-1, -1, -1, -1, -1, -1};
  }

  /**
   * The frames that carry datagrams to a group: RFC 1112 section 6.4, "placing the low-order
   * 23-bits of the IP address into the low-order 23 bits of the Ethernet multicast address
   * 01-00-5E-00-00-00"; RFC 2464 section 7, "whose first two octets are the value 3333 hexadecimal
   * and whose last four octets are the last four octets" of the IPv6 address.
   */
  static byte[] group(IpAddress group) {
    byte[] bytes = group.toInetAddress().getAddress();
    int n = bytes.length;
    return group.isIpv4()
        ? new byte[] {1, 0, 0x5e, (byte) (bytes[1] & 0x7f), bytes[2], bytes[3]}
        : new byte[] {0x33, 0x33, bytes[n - 4], bytes[n - 3], bytes[n - 2], bytes[n - 1]};
  }
}

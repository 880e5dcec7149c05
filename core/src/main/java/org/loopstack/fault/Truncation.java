// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.Arrays;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv6Header;

/** Cuts datagrams short. */
final class Truncation {
  private static final int IPV4_TOTAL_LENGTH = 2;
  private static final int IPV6_PAYLOAD_LENGTH = 4;
  private static final int UDP_LENGTH = 4;

  private Truncation() {}

  /**
   * The first bytes of a datagram that has more.
   *
   * @param mended whether its headers say so, and its checksums are right: then the transport
   *     header stays whole; else it is as if the rest had been lost on the way
   */
  static byte[] cut(Transit datagram, int length, boolean mended) {
    if (!mended || datagram.payloadOffset() == Transit.NONE) {
      return Arrays.copyOf(datagram.bytes(), length);
    }
    int kept = Math.max(length, datagram.payloadOffset());
    int transportAt = datagram.transportAt() - datagram.packet().offset();
    byte[] b = Arrays.copyOf(datagram.bytes(), kept);
    if (datagram.version() == 4) {
      Bytes.put16(b, IPV4_TOTAL_LENGTH, kept);
    } else {
      Bytes.put16(b, IPV6_PAYLOAD_LENGTH, kept - Ipv6Header.LENGTH);
    }
    if (datagram.protocol() == IpProtocol.UDP) {
      Bytes.put16(b, transportAt + UDP_LENGTH, kept - transportAt);
    }
    Corruption.mend(b);
    return b;
  }
}

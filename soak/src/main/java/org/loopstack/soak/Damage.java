// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.Arrays;
import java.util.Random;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TransportChecksums;

/**
 * Damages datagrams, and knows whether IP and TCP can notice.
 *
 * <p>What they cannot: IPv6 has no checksum of its own (RFC 8200 section 8.1 leaves it to the upper
 * layer's pseudo-header), so nothing covers its traffic class, flow label and hop limit, and a
 * damaged next header leads to a protocol that has other checks or none. The Internet checksum
 * itself misses errors that cancel out, among them words that change places. In the world such
 * datagrams are caught by the link's CRC; here they are taken off the wire.
 */
final class Damage {
  private Damage() {}

  /** A copy of the datagram, which differs from it. */
  static byte[] damage(byte[] datagram, Random random) {
    byte[] bytes = datagram.clone();
    switch (random.nextInt(4)) {
      case 0 -> garble(bytes, random);
      case 1 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      default -> flip(bytes, random);
    }
    return bytes;
  }

  private static void flip(byte[] bytes, Random random) {
    int bit = random.nextInt(bytes.length * 8);
    bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
  }

  private static void garble(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(40));
    for (int i = from; i < to; i++) {
      bytes[i] = (byte) random.nextInt();
    }
    flip(bytes, random);
  }

  /** Whether a host that checks what the RFCs tell it to check throws the datagram away. */
  static boolean isNoticed(byte[] bytes) {
    if (bytes.length == 0) {
      return true;
    }
    int version = Ipv4Header.version(bytes, 0);
    boolean invalid =
        switch (version) {
          case 4 -> Ipv4Header.validate(bytes, 0, bytes.length) != null;
          case 6 -> Ipv6Header.validate(bytes, 0, bytes.length) != null;
          default -> true;
        };
    return invalid
        || TransportChecksums.check(bytes, 0, bytes.length) == TransportChecksums.Check.WRONG;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.engine.Randomness;
import org.loopstack.engine.SipHash;

/**
 * Initial sequence numbers and timestamp offsets that nobody off the path can guess. Safe for use
 * by many threads.
 */
final class IsnGenerator {
  private final SipHash key;

  IsnGenerator(Randomness randomness) {
    key = new SipHash(randomness);
  }

  /**
   * F of RFC 6528, of which either number below takes a half: 64 bits that nobody can tell from
   * random ones, and neither half from the other, who has not the key.
   */
  long secret(FourTuple c) {
    return key.hash(
        c.local().high(),
        c.local().low(),
        c.remote().high(),
        c.remote().low(),
        (long) c.localPort() << 16 | c.remotePort());
  }

  /**
   * RFC 6528 section 3: "ISN = M + F(localip, localport, remoteip, remoteport, secretkey) where M
   * is the 4 microsecond timer".
   */
  static int initialSequenceNumber(long secret, long now) {
    return (int) (now / 4_000) + (int) secret;
  }

  /**
   * RFC 7323 section 7.1: "It is therefore RECOMMENDED to generate a random, per-connection offset
   * to be used with the clock source when generating the Timestamps option value". It stays the
   * same for one pair of ends, so that RFC 6191 can compare timestamps.
   */
  static int timestampOffset(long secret) {
    return (int) (secret >>> 32);
  }
}

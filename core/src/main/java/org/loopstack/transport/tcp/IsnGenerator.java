// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.engine.Randomness;
import org.loopstack.engine.SipHash;

/**
 * Initial sequence numbers and timestamp offsets that nobody off the path can guess. Safe for use
 * by many threads.
 */
final class IsnGenerator {
  private final SipHash sequenceKey;
  private final SipHash timestampKey;

  IsnGenerator(Randomness randomness) {
    sequenceKey = new SipHash(randomness);
    timestampKey = new SipHash(randomness);
  }

  /**
   * RFC 6528 section 3: "ISN = M + F(localip, localport, remoteip, remoteport, secretkey) where M
   * is the 4 microsecond timer".
   */
  int initialSequenceNumber(FourTuple connection, long now) {
    return (int) (now / 4_000) + (int) hash(sequenceKey, connection);
  }

  /**
   * RFC 7323 section 7.1: "It is therefore RECOMMENDED to generate a random, per-connection offset
   * to be used with the clock source when generating the Timestamps option value". It stays the
   * same for one pair of ends, so that RFC 6191 can compare timestamps.
   */
  int timestampOffset(FourTuple connection) {
    return (int) hash(timestampKey, connection);
  }

  private static long hash(SipHash key, FourTuple c) {
    return key.hash(
        c.local().high(),
        c.local().low(),
        c.remote().high(),
        c.remote().low(),
        (long) c.localPort() << 16 | c.remotePort());
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static java.lang.Long.rotateLeft;

import org.loopstack.engine.Randomness;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) over whole 64-bit words: the keyed function "F" that
 * RFC 6528 asks for. Immutable, so safe for use by many threads.
 */
final class SipHash {
  private final long k0;
  private final long k1;

  SipHash(Randomness randomness) {
    this(randomness.nextLong(), randomness.nextLong());
  }

  SipHash(long k0, long k1) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /** The hash of the words, each taken as eight bytes in little-endian order. */
  long hash(long... words) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int rounds = 0;
    // The message, then a word with its length in the top byte, then the four final rounds.
    for (int i = 0; i <= words.length + 1; i++) {
      boolean last = i > words.length;
      long word = i < words.length ? words[i] : last ? 0 : (long) words.length * 8 << 56;
      v3 ^= word;
      v2 ^= last ? 0xff : 0;
      rounds = last ? 4 : 2;
      for (int r = 0; r < rounds; r++) {
        v0 += v1;
        v2 += v3;
        v1 = rotateLeft(v1, 13) ^ v0;
        v3 = rotateLeft(v3, 16) ^ v2;
        v0 = rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = rotateLeft(v1, 17) ^ v2;
        v3 = rotateLeft(v3, 21) ^ v0;
        v2 = rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}

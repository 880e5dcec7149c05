// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Numbers that nobody can predict who has not the key: {@link SipHash}, a pseudorandom function, of
 * 1, 2, 3 and so on, with a key from the operating system. A {@link SecureRandom} gives as much and
 * takes 12 ms and 77 classes to begin with, which is more than all else of a first stack together.
 * Safe for use by many threads.
 */
final class KeyedNumbers implements RandomGenerator {
  private static final String SOURCE = "/dev/urandom";

  private final SipHash hash;
  private final AtomicLong count = new AtomicLong();

  private KeyedNumbers(ByteBuffer key) {
    hash = new SipHash(key.getLong(), key.getLong());
  }

  /** Numbers with a key of their own. */
  static KeyedNumbers create() {
    return new KeyedNumbers(ByteBuffer.wrap(key()));
  }

  private static byte[] key() {
    try (InputStream source = new FileInputStream(SOURCE)) {
      byte[] key = source.readNBytes(2 * Long.BYTES);
      if (key.length == 2 * Long.BYTES) {
        return key;
      }
    } catch (IOException e) {
      // Not a Unix, or one without a /dev in its container.
    }
    return new SecureRandom().generateSeed(2 * Long.BYTES);
  }

  @Override
  public long nextLong() {
    return hash.hash(count.incrementAndGet());
  }
}

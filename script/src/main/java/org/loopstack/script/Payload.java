// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

/**
 * The bytes that scripts send where they do not say which: a pattern that tells one position of the
 * stream from another, so that a byte in the wrong place is seen.
 */
final class Payload {
  private Payload() {}

  /** The byte at a position, counted from the first one of the stream. */
  static byte at(long position) {
    return (byte) (position * 31 + (position >> 8) * 7 + 1);
  }

  /** Bytes from a position on. */
  static byte[] of(long position, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = at(position + i);
    }
    return bytes;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable sequence of bytes: what the records of this package hold as payload and options. */
public final class Octets {
  /** No bytes. */
  public static final Octets EMPTY = new Octets(new byte[0]);

  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  /** These values, each cut to its low 8 bits. */
  public static Octets of(int... values) {
    byte[] b = new byte[values.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) values[i];
    }
    return new Octets(b);
  }

  /** A copy of the whole array. */
  public static Octets copyOf(byte[] b) {
    return copyOf(b, 0, b.length);
  }

  /** A copy of {@code length} bytes from {@code at} on. */
  public static Octets copyOf(byte[] b, int at, int length) {
    return length == 0 ? EMPTY : new Octets(Arrays.copyOfRange(b, at, at + length));
  }

  /** How many bytes. */
  public int length() {
    return bytes.length;
  }

  /** The byte at {@code index}, 0 to 255. */
  public int at(int index) {
    return Bytes.u8(bytes, index);
  }

  /** Copies all bytes to {@code at} and returns the offset after them. */
  public int copyTo(byte[] b, int at) {
    System.arraycopy(bytes, 0, b, at, bytes.length);
    return at + bytes.length;
  }

  /** A copy as an array. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Octets other && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The bytes in hexadecimal; of a long sequence the first 32 and the length. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return bytes.length <= 32
        ? hex.formatHex(bytes)
        : hex.formatHex(bytes, 0, 32) + "... (" + bytes.length + " bytes)";
  }
}

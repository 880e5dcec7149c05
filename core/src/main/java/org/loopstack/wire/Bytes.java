// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Big-endian fields at absolute offsets of a byte array.
 *
 * <p>Stateless. A field that does not lie inside the array is a bug of the caller and throws {@link
 * IndexOutOfBoundsException}; the {@code validate} methods of this package exist so that it cannot
 * happen.
 */
public final class Bytes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, BIG_ENDIAN);

  private Bytes() {}

  /** The unsigned byte at {@code at}, 0 to 255. */
  public static int u8(byte[] b, int at) {
    return b[at] & 0xff;
  }

  /** The unsigned 16-bit field at {@code at}, 0 to 65,535. */
  public static int u16(byte[] b, int at) {
    return (short) SHORT.get(b, at) & 0xffff;
  }

  /** The unsigned 32-bit field at {@code at}, 0 to 2^32 - 1. */
  public static long u32(byte[] b, int at) {
    return (int) INT.get(b, at) & 0xffff_ffffL;
  }

  /** The 32 bits at {@code at}. */
  public static int i32(byte[] b, int at) {
    return (int) INT.get(b, at);
  }

  /** The 64 bits at {@code at}. */
  public static long i64(byte[] b, int at) {
    return (long) LONG.get(b, at);
  }

  /** Writes the low 8 bits of {@code value}. */
  public static void put8(byte[] b, int at, int value) {
    b[at] = (byte) value;
  }

  /** Writes the low 16 bits of {@code value}. */
  public static void put16(byte[] b, int at, int value) {
    SHORT.set(b, at, (short) value);
  }

  /** Writes 32 bits. */
  public static void put32(byte[] b, int at, int value) {
    INT.set(b, at, value);
  }

  /** Writes 64 bits. */
  public static void put64(byte[] b, int at, long value) {
    LONG.set(b, at, value);
  }
}

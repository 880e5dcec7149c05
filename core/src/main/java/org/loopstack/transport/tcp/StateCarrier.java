// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Carries the state of a connection's parts into a few bytes, or back out of them. A part says once
 * what it has: {@code n = carrier.carry(n)} takes a value in and gives it back, or gives back what
 * was taken in at the same place. So what goes in and what comes out cannot differ in their order.
 *
 * <p>Two bits say what kind a value is, since most are 0 or at their limit; the others follow as
 * numbers of as many bytes as they need.
 */
final class StateCarrier {
  private static final int ZERO = 0;

  /** True, the largest value of its type, or an object that is there. */
  private static final int SPECIAL = 1;

  private static final int BYTE = 2;
  private static final int NUMBER = 3;

  /** What is further away than half a year is no moment. */
  private static final long FAR = 1L << 54;

  private static final int TAG_BYTES = 80;
  private static final int MAX_VALUES = TAG_BYTES * 4;

  private final boolean packing;

  /** The kinds, four in a byte, from the front; from {@link #TAG_BYTES} on the numbers. */
  private byte[] bytes;

  private Object[] objects = {};
  private int count;
  private int at;
  private int objectCount;

  // What was carried last of each kind.
  private int sent;
  private int received;
  private long time;

  /** A carrier into which state goes. */
  StateCarrier() {
    packing = true;
    bytes = new byte[512];
    at = TAG_BYTES;
  }

  /** A carrier out of which it comes: what {@link #bytes} and {@link #objects} have given. */
  StateCarrier(byte[] packed, Object @Nullable [] objects) {
    packing = false;
    bytes = packed;
    at = 1 + (packed[0] & 0xff);
    this.objects = objects == null ? this.objects : objects;
  }

  /** All that went in: how many bytes the kinds take, the kinds, the numbers. */
  byte[] bytes() {
    int tags = (count + 3) / 4;
    byte[] packed = new byte[1 + tags + at - TAG_BYTES];
    packed[0] = (byte) tags;
    System.arraycopy(bytes, 0, packed, 1, tags);
    System.arraycopy(bytes, TAG_BYTES, packed, 1 + tags, at - TAG_BYTES);
    return packed;
  }

  /** The objects that went in, or null if there were none. */
  Object @Nullable [] objects() {
    return objectCount == 0 ? null : Arrays.copyOf(objects, objectCount);
  }

  boolean carry(boolean value) {
    if (packing) {
      putTag(value ? SPECIAL : ZERO);
      return value;
    }
    return tag() == SPECIAL;
  }

  int carry(int value) {
    return (int) carry(value, Integer.MAX_VALUE);
  }

  long carry(long value) {
    return carry(value, Long.MAX_VALUE);
  }

  /** A sequence number of what we send: near the one that was carried before it. */
  int carrySent(int number) {
    int value = (int) carryNear(number, sent, true);
    sent = value == 0 ? sent : value;
    return value;
  }

  /** A sequence number of what the peer sends. */
  int carryReceived(int number) {
    int value = (int) carryNear(number, received, true);
    received = value == 0 ? received : value;
    return value;
  }

  /** A moment: most are near the one that was carried before. */
  long carryTime(long moment) {
    long value = carryNear(moment, time, false);
    time = Math.abs(value - time) < FAR ? value : time;
    return value;
  }

  /** 0 is the limit: it stands for what has never been. */
  private long carryNear(long value, long base, boolean modulo) {
    if (packing) {
      long distance = modulo ? (int) (value - base) : value - base;
      if (value == 0) {
        putTag(SPECIAL);
      } else {
        put(distance);
      }
      return value;
    }
    int tag = tag();
    return tag == SPECIAL ? 0 : base + value(tag, 0);
  }

  /** What counts is in a number's highest bits: they go first. */
  double carry(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return Double.longBitsToDouble(Long.reverse(carry(Long.reverse(bits), Long.MAX_VALUE)));
  }

  /** One of an enum's values; its place is good enough for what never leaves this JVM. */
  @SuppressWarnings("EnumOrdinal")
  <E extends Enum<E>> E carry(E value, E[] all) {
    return all[carry(value.ordinal())];
  }

  /** An object that is kept as it is. */
  @SuppressWarnings("unchecked")
  <T> @Nullable T carryObject(@Nullable T object) {
    if (!packing) {
      return tag() == ZERO ? null : (T) objects[objectCount++];
    }
    putTag(object == null ? ZERO : SPECIAL);
    if (object != null) {
      objects = Arrays.copyOf(objects, objectCount + 1);
      objects[objectCount++] = object;
    }
    return object;
  }

  private long carry(long value, long limit) {
    if (packing) {
      put(value, limit);
      return value;
    }
    return value(tag(), limit);
  }

  private long value(int tag, long limit) {
    return switch (tag) {
      case ZERO -> 0;
      case SPECIAL -> limit;
      case BYTE -> bytes[at++];
      default -> number();
    };
  }

  private void put(long value, long limit) {
    if (value == limit) {
      putTag(SPECIAL);
    } else {
      put(value);
    }
  }

  private void put(long value) {
    if (value == 0) {
      putTag(ZERO);
    } else if (value == (byte) value) {
      putTag(BYTE);
      bytes[at++] = (byte) value;
    } else {
      putTag(NUMBER);
      putNumber(value);
    }
  }

  private void putTag(int tag) {
    if (count == MAX_VALUES || at > bytes.length - Long.BYTES - 2) {
      grow();
    }
    bytes[count >> 2] |= (byte) (tag << (count & 3) * 2);
    count++;
  }

  private void grow() {
    if (count == MAX_VALUES) {
      throw new IllegalStateException("More than " + MAX_VALUES + " values");
    }
    bytes = Arrays.copyOf(bytes, 2 * bytes.length);
  }

  private int tag() {
    int tag = bytes[1 + (count >> 2)] >> (count & 3) * 2 & 3;
    count++;
    return tag;
  }

  /** Seven bits a byte, the lowest first; the sign is the lowest of all. */
  private void putNumber(long value) {
    long left = value << 1 ^ value >> 63;
    while (left >>> 7 != 0) {
      bytes[at++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[at++] = (byte) left;
  }

  private long number() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value >>> 1 ^ -(value & 1);
      }
    }
  }
}

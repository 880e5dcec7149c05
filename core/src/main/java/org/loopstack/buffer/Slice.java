// SPDX-License-Identifier: Apache-2.0
package org.loopstack.buffer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes in an array, and perhaps another run that follows it. The bytes are never changed
 * once a slice has been handed on, so that sender, packet and receiver can refer to the same array.
 * If that is a {@link Block}'s, the slice holds the block until it is {@linkplain #release
 * released}, or for ever if it is just dropped.
 */
public final class Slice {
  private final byte[] array;
  private final int offset;
  private final int length;
  private @Nullable Block block;
  private @Nullable Slice next;

  /**
   * A run of bytes without a successor.
   *
   * @throws IndexOutOfBoundsException if the run is not inside the array
   */
  public Slice(byte[] array, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, array.length);
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /**
   * A run of bytes in a block, which it holds.
   *
   * @param block one that the caller holds
   * @throws IndexOutOfBoundsException if the run is not inside the block
   */
  public Slice(Block block, int offset, int length) {
    this(block.array(), offset, length);
    block.hold();
    this.block = block;
  }

  /** A part of this run, as a slice that holds the block as this one does. */
  public Slice part(int from, int count) {
    Block held = block;
    return held == null
        ? new Slice(array, offset + from, count)
        : new Slice(held, offset + from, count);
  }

  /**
   * The run without its first bytes, as a slice that takes this one's place: what this one holds is
   * its own from here on.
   */
  public Slice rest(int from) {
    Slice rest = new Slice(array, offset + from, length - from);
    rest.block = block;
    rest.next = next;
    block = null;
    return rest;
  }

  /** The owner of the slice does not look at the bytes any more. */
  public void release() {
    Block held = block;
    if (held != null) {
      block = null;
      held.release();
    }
  }

  /** The array that holds the bytes. */
  public byte[] array() {
    return array;
  }

  /** Where the run begins in the array. */
  public int offset() {
    return offset;
  }

  /** How many bytes the run has, without its successors. */
  public int length() {
    return length;
  }

  /** The run that follows in the same packet. */
  public @Nullable Slice next() {
    return next;
  }

  /** Makes the other run follow this one. Only whoever builds the chain calls this. */
  public void linkTo(@Nullable Slice successor) {
    next = successor;
  }

  /**
   * The chain without its first bytes; the slices that are cut are new ones.
   *
   * @param count less than the chain has
   */
  public static @Nullable Slice skip(@Nullable Slice chain, int count) {
    int left = count;
    Slice s = chain;
    while (s != null && s.length <= left) {
      left -= s.length;
      s = s.next;
    }
    if (s == null || left == 0) {
      return s;
    }
    Slice rest = new Slice(s.array, s.offset + left, s.length - left);
    rest.next = s.next;
    return rest;
  }

  /**
   * The first bytes of the chain, as new slices: the chain itself stays as it is.
   *
   * @param count at most what the chain has
   */
  public static @Nullable Slice limit(@Nullable Slice chain, int count) {
    Slice head = null;
    Slice tail = null;
    int left = count;
    for (Slice s = chain; s != null && left > 0; s = s.next) {
      Slice part = new Slice(s.array, s.offset, Math.min(left, s.length));
      left -= part.length;
      if (tail == null) {
        head = part;
      } else {
        tail.next = part;
      }
      tail = part;
    }
    return head;
  }
}

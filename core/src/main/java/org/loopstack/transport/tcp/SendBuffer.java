// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Block;
import org.loopstack.buffer.Slice;

/**
 * What the user has written and the peer has not acknowledged: a chain of runs of bytes. Positions
 * count bytes from the oldest one kept. The bytes are referred to, never copied again or changed.
 * Guarded by the endpoint's lock.
 */
final class SendBuffer {
  /** A run of bytes; position is where it begins, counted from the start of the stream. */
  private static final class Run {
    final byte[] array;
    final int offset;
    final long position;
    int length;

    /** The block that the array is of, which the run holds, or null. */
    @Nullable Block block;

    /** Whether the array is our own, with room behind the run. */
    boolean gathers;

    @Nullable Run next;

    Run(byte[] array, int offset, int length, long position) {
      this.array = array;
      this.offset = offset;
      this.length = length;
      this.position = position;
    }
  }

  /**
   * Bytes fewer than this are copied behind those that wait already and are as few: else Nagle's
   * algorithm would gather segments of a thousand runs.
   */
  private static final int SMALL = 512;

  private static final int GATHER = 8192;

  private @Nullable Run first;
  private @Nullable Run last;

  /** The run in which the previous look-up ended: the next one usually begins there. */
  private @Nullable Run cursor;

  private long start;
  private long end;
  private long held;

  /** How many bytes are kept. */
  int size() {
    return (int) (end - start);
  }

  /** The size of the arrays that are kept alive. */
  long held() {
    return held;
  }

  /** Adds bytes at the end; nobody may change them any more. */
  void append(byte[] array, int offset, int length) {
    Run tail = last;
    if (tail == null) {
      first = last = new Run(array, offset, length, end);
      held += array.length;
    } else if (length >= SMALL || (tail.length >= SMALL && !tail.gathers)) {
      last = tail.next = new Run(array, offset, length, end);
      held += array.length;
    } else {
      gather(tail, array, offset, length);
    }
    end += length;
  }

  /**
   * Adds bytes that were written to a block, which the caller holds; nobody may change them any
   * more. What follows the last run in its block makes that longer.
   */
  void append(Block block, int offset, int length) {
    Run tail = last;
    if (tail != null && tail.block == block && tail.offset + tail.length == offset) {
      tail.length += length;
    } else {
      Run run = new Run(block.array(), offset, length, end);
      run.block = block;
      block.hold();
      held += Block.SIZE;
      if (tail == null) {
        first = run;
      } else {
        tail.next = run;
      }
      last = run;
    }
    end += length;
  }

  /** Only the part of the array behind the run is written: nobody else refers to it. */
  private void gather(Run tail, byte[] array, int offset, int length) {
    int at = tail.offset + tail.length;
    if (!tail.gathers || tail.array.length - at < length) {
      Run run = new Run(new byte[GATHER], 0, 0, end);
      run.gathers = true;
      held += GATHER;
      last = tail.next = run;
      gather(run, array, offset, length);
    } else {
      System.arraycopy(array, offset, tail.array, at, length);
      tail.length += length;
    }
  }

  /** Forgets the oldest bytes. */
  void discard(int count) {
    start += count;
    Run run = first;
    while (run != null && run.position + run.length <= start) {
      if (run == cursor) {
        cursor = null;
      }
      held -= run.array.length;
      if (run.block != null) {
        run.block.release();
      }
      run = run.next;
    }
    first = run;
    if (run == null) {
      last = null;
    }
  }

  /** The chain of slices for the bytes at a position; all of them are there. */
  @Nullable Slice slices(int from, int length) {
    long position = start + from;
    Slice head = null;
    Slice tail = null;
    Run run = find(position);
    for (int left = length; left > 0 && run != null; ) {
      int skip = (int) (position - run.position);
      int n = Math.min(left, run.length - skip);
      Slice slice = slice(run, run.offset + skip, n);
      if (tail == null) {
        head = slice;
      } else {
        tail.linkTo(slice);
      }
      tail = slice;
      left -= n;
      position += n;
      cursor = run;
      run = run.next;
    }
    return head;
  }

  private static Slice slice(Run run, int offset, int length) {
    return run.block == null
        ? new Slice(run.array, offset, length)
        : new Slice(run.block, offset, length);
  }

  private @Nullable Run find(long position) {
    Run run = cursor != null && cursor.position <= position ? cursor : first;
    while (run != null && run.position + run.length <= position) {
      run = run.next;
    }
    return run;
  }

  void clear() {
    first = null;
    last = null;
    cursor = null;
    start = end;
    held = 0;
  }

  /** What rests with the connection, which has nothing in it then. */
  void carry(StateCarrier c) {
    start = c.carry(start);
    end = start;
  }
}

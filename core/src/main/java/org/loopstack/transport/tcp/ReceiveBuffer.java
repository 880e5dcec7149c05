// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Slice;

/**
 * What has arrived in order and the user has not read: a chain of slices, taken over from the
 * packets. Guarded by the endpoint's lock; what was {@linkplain #take taken} is the reader's own
 * and is copied outside the lock.
 */
final class ReceiveBuffer {
  /**
   * A payload below this is copied behind the one before it, if that one is as small and waits
   * still: else a stream of single bytes to a slow reader would cost a hundred times what it
   * carries.
   */
  private static final int SMALL = 1024;

  private static final int GATHER = 8192;

  private @Nullable Slice first;
  private @Nullable Slice last;
  private int size;
  private long held;

  /** The array of the last slice, if it is our own and has room. */
  private byte @Nullable [] gather;

  private int gathered;

  /** How many bytes wait. */
  int size() {
    return size;
  }

  /** The size of the arrays that are kept alive: neighbours in the same array count once. */
  long held() {
    return held;
  }

  /** Adds a chain of slices with so many bytes in all. */
  void append(@Nullable Slice chain, int length) {
    if (chain == null || length == 0) {
      return;
    }
    size += length;
    if (length < SMALL && ((last != null && last.length() < SMALL) || isWaste(chain))) {
      gather(chain, length);
      return;
    }
    gather = null;
    link(chain);
    Slice tail = chain;
    for (Slice next; (next = tail.next()) != null; ) {
      hold(tail);
      tail = next;
    }
    hold(tail);
  }

  /** Whether little would keep alive what is large. */
  private boolean isWaste(Slice chain) {
    return chain.array().length > GATHER && (last == null || last.array() != chain.array());
  }

  /** Counts a slice that follows what was the last one. */
  private void hold(Slice slice) {
    if (last == null || last.array() != slice.array()) {
      held += slice.array().length;
    }
    last = slice;
  }

  /** A slice is taken off the front. */
  private void release(Slice slice) {
    Slice next = slice.next();
    if (next == null || next.array() != slice.array()) {
      held -= slice.array().length;
    }
  }

  /**
   * Copies all that waits into an array of its size, if that saves anything.
   *
   * @return how many runs have become one
   */
  int collapse() {
    Slice chain = first;
    if (chain == null || held <= size) {
      return 0;
    }
    int length = size;
    byte[] array = new byte[length];
    int at = 0;
    int runs = 0;
    for (Slice s = chain; s != null; s = s.next()) {
      System.arraycopy(s.array(), s.offset(), array, at, s.length());
      at += s.length();
      runs++;
    }
    clear();
    append(new Slice(array, 0, length), length);
    return runs;
  }

  private void link(Slice chain) {
    if (last == null) {
      first = chain;
    } else {
      last.linkTo(chain);
    }
  }

  private void gather(Slice chain, int length) {
    byte[] array = gather;
    if (array == null || array.length - gathered < length) {
      // One that is alone may remain so.
      array = new byte[last != null && last.length() < SMALL ? GATHER : length];
      gather = array;
      gathered = 0;
    }
    int at = gathered;
    for (Slice s = chain; s != null; s = s.next()) {
      System.arraycopy(s.array(), s.offset(), array, gathered, s.length());
      gathered += s.length();
      s.release();
    }
    Slice slice = new Slice(array, at, length);
    link(slice);
    hold(slice);
  }

  /**
   * Takes bytes from the front, as far as there are any.
   *
   * @return a chain of slices, no longer part of the buffer, or null if there is nothing
   */
  @Nullable Slice take(int limit) {
    Slice head = first;
    if (head == null || limit <= 0) {
      return null;
    }
    int left = limit;
    Slice previous = null;
    Slice s = head;
    while (s != null && s.length() <= left) {
      left -= s.length();
      release(s);
      previous = s;
      s = s.next();
    }
    if (s == null) {
      clear();
      return head;
    }
    size -= limit - left;
    if (left > 0) {
      size -= left;
      Slice part = s.part(0, left);
      Slice rest = s.rest(left);
      if (last == s) {
        last = rest;
      }
      s = rest;
      if (previous == null) {
        head = part;
      } else {
        previous.linkTo(part);
      }
    } else if (previous != null) {
      previous.linkTo(null);
    }
    first = s;
    return head;
  }

  void clear() {
    first = null;
    last = null;
    gather = null;
    size = 0;
    held = 0;
  }
}

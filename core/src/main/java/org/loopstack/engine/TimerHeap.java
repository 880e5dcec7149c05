// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A binary heap of timers by deadline, from which any timer can be removed. Not thread-safe. */
final class TimerHeap {
  private @Nullable Timer[] heap = new @Nullable Timer[16];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  long firstDeadline() {
    Timer first = heap[0];
    return first == null ? Clock.NEVER : first.deadline;
  }

  /** Adds the timer, or moves it if the deadline is earlier than the one it has. */
  void arm(Timer timer, long deadline) {
    if (timer.index < 0) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      timer.place(deadline);
      siftUp(timer, size++);
    } else if (deadline < timer.deadline) {
      timer.place(deadline);
      siftUp(timer, timer.index);
    }
  }

  void remove(Timer timer) {
    int at = timer.index;
    if (at < 0) {
      return;
    }
    timer.index = -1;
    timer.place(Clock.NEVER);
    Timer last = at(--size);
    heap[size] = null;
    if (last != timer) {
      siftDown(last, at);
      if (last.index == at) {
        siftUp(last, at);
      }
    }
  }

  /** Removes and returns a timer whose deadline has come, or null. */
  @Nullable Timer pollDue(long now) {
    Timer first = heap[0];
    if (first == null || first.deadline > now) {
      return null;
    }
    remove(first);
    return first;
  }

  private Timer at(int i) {
    Timer timer = heap[i];
    if (timer == null) {
      throw new AssertionError("hole in the timer heap at " + i);
    }
    return timer;
  }

  private void put(Timer timer, int i) {
    heap[i] = timer;
    timer.index = i;
  }

  private void siftUp(Timer timer, int from) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      Timer above = at(parent);
      if (above.deadline <= timer.deadline) {
        break;
      }
      put(above, i);
      i = parent;
    }
    put(timer, i);
  }

  private void siftDown(Timer timer, int from) {
    int i = from;
    for (int child; (child = 2 * i + 1) < size; ) {
      if (child + 1 < size && at(child + 1).deadline < at(child).deadline) {
        child++;
      }
      Timer below = at(child);
      if (timer.deadline <= below.deadline) {
        break;
      }
      put(below, i);
      i = child;
    }
    put(timer, i);
  }
}

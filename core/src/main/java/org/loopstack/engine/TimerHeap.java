// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A binary heap of timers by deadline, from which any timer can be removed. Timers of one deadline
 * come in the order in which they were armed, so that what runs in virtual time repeats itself. Not
 * thread-safe.
 */
final class TimerHeap {
  private @Nullable Timer[] heap = new @Nullable Timer[16];

  /** When each timer of the heap was armed: numbers that grow, and compare also where they wrap. */
  private int[] orders = new int[16];

  private int nextOrder;
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
        orders = Arrays.copyOf(orders, size * 2);
      }
      timer.place(deadline);
      siftUp(timer, nextOrder++, size++);
    } else if (deadline < timer.deadline) {
      timer.place(deadline);
      siftUp(timer, nextOrder++, timer.index);
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
      int order = orders[size];
      siftDown(last, order, at);
      if (last.index == at) {
        siftUp(last, order, at);
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

  private void put(Timer timer, int order, int i) {
    heap[i] = timer;
    orders[i] = order;
    timer.index = i;
  }

  /** Whether a timer that was armed then comes before the one that stands there. */
  private boolean isBefore(Timer timer, int order, int there) {
    long deadline = at(there).deadline;
    return timer.deadline < deadline || timer.deadline == deadline && order - orders[there] < 0;
  }

  private void siftUp(Timer timer, int order, int from) {
    int i = from;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (!isBefore(timer, order, parent)) {
        break;
      }
      put(at(parent), orders[parent], i);
      i = parent;
    }
    put(timer, order, i);
  }

  private void siftDown(Timer timer, int order, int from) {
    int i = from;
    for (int child; (child = 2 * i + 1) < size; ) {
      if (child + 1 < size && isBefore(at(child + 1), orders[child + 1], child)) {
        child++;
      }
      if (isBefore(timer, order, child)) {
        break;
      }
      put(at(child), orders[child], i);
      i = child;
    }
    put(timer, order, i);
  }
}

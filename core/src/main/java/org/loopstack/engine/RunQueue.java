// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The work that one thread has made for others: who has been given a packet and should look at it.
 * It replaces recursion. The thread that made the work does it itself, as soon as it holds no
 * endpoint's lock any more; each thread has a queue of its own, and nobody else touches it.
 */
public final class RunQueue {
  /** Something that can be asked to look at its inbox. */
  public interface Task {
    /** Looks at the inbox. Called without any lock; may add more work to the thread's queue. */
    void service();

    /** Who goes on when the thread's budget is spent. */
    Scheduler scheduler();
  }

  /**
   * How many services one entry does before the engine's helper thread takes over: enough that a
   * bulk transfer is never handed on, little enough that no caller serves strangers for long.
   */
  private static final int BUDGET = 1024;

  private static final ThreadLocal<RunQueue> CURRENT = ThreadLocal.withInitial(RunQueue::new);

  private final ArrayDeque<Task> queue = new ArrayDeque<>(8);
  private @Nullable Object held;
  private int depth;
  private boolean draining;

  private RunQueue() {}

  /** The calling thread's queue. */
  public static RunQueue current() {
    return CURRENT.get();
  }

  /** Opens an entry: work added from now on waits for the matching {@link #exit}. */
  public void enter() {
    depth++;
  }

  /** Closes an entry; the outermost one does the waiting work before it returns. */
  public void exit() {
    if (--depth == 0 && !draining && !queue.isEmpty()) {
      drain();
    }
  }

  /**
   * Notes that the thread has taken an endpoint's lock, and fails if it holds another's already:
   * "no thread ever holds two endpoint locks".
   */
  public void acquired(Object endpoint) {
    if (held != null) {
      throw new IllegalStateException(
          "This thread holds the lock of " + held + " and wants that of " + endpoint);
    }
    held = endpoint;
  }

  /** Notes that the thread has let go of its endpoint's lock. */
  public void released() {
    held = null;
  }

  /** Asks that the task be served once this thread holds no lock. */
  public void add(Task task) {
    if (queue.peekLast() != task) {
      queue.addLast(task);
    }
  }

  private void drain() {
    draining = true;
    try {
      int budget = BUDGET;
      for (Task task; (task = queue.pollFirst()) != null; ) {
        if (budget-- > 0) {
          task.service();
        } else {
          task.scheduler().execute(task::service);
        }
      }
    } finally {
      draining = false;
      // Only an Error gets here with work left; whoever is in the queue must not wait for ever.
      for (Task task; (task = queue.pollFirst()) != null; ) {
        task.scheduler().execute(task::service);
      }
    }
  }
}

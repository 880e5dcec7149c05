// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Keys that any thread hands to the selecting thread, each at most once: a stack without a lock,
 * which allocates nothing.
 */
final class KeyList {
  private static final VarHandle TOP;
  private static final VarHandle LISTED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TOP = lookup.findVarHandle(KeyList.class, "top", Link.class);
      LISTED = lookup.findVarHandle(Link.class, "listed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A key's place in a list. */
  static final class Link {
    private final StackSelectionKey key;
    private volatile boolean listed;
    private @Nullable Link below;

    Link(StackSelectionKey key) {
      this.key = key;
    }

    /**
     * Claims the place.
     *
     * @return false if the key is listed already
     */
    boolean claim() {
      return !listed && LISTED.compareAndSet(this, false, true);
    }

    /** Gives the place up, so that the key can be listed again. */
    void release() {
      listed = false;
    }
  }

  private volatile @Nullable Link top;

  boolean isEmpty() {
    return top == null;
  }

  /**
   * Lists the key. Called on any thread.
   *
   * @return false if it was listed already
   */
  boolean add(Link link) {
    if (!link.claim()) {
      return false;
    }
    Link below;
    do {
      below = top;
      link.below = below;
    } while (!TOP.compareAndSet(this, below, link));
    return true;
  }

  /** Moves all keys to the queue, oldest first; their places stay claimed. */
  void drainTo(ArrayDeque<StackSelectionKey> queue) {
    if (top == null) {
      return;
    }
    Link oldest = null;
    for (Link link = (Link) TOP.getAndSet(this, null); link != null; ) {
      Link below = link.below;
      link.below = oldest;
      oldest = link;
      link = below;
    }
    for (Link link = oldest; link != null; ) {
      Link next = link.below;
      link.below = null;
      queue.addLast(link.key);
      link = next;
    }
  }
}

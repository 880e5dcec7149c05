// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;

/**
 * A selector over the channels of one stack. A selection costs as much as there are keys to look
 * at, not as many as are registered: endpoints put the keys that may have become ready on a list,
 * and those found ready stay on it until they are not, which makes it level-triggered.
 *
 * <p>The locks are the specified ones: a selection holds the monitor of the selector, then that of
 * the selected-key set, also while it waits; the JDK's own selectors do so too, and since JDK 24 a
 * virtual thread that waits with a monitor held does not pin its carrier. Nothing that other
 * threads call (register, interestOps, wakeup, cancel, and what endpoints tell) takes either.
 */
final class StackSelector extends AbstractSelector {
  /** The deadline of a selection that does not wait. */
  private static final long NOW = Long.MIN_VALUE;

  private final StackSelectorProvider provider;
  private final Engine engine;
  private final Waiter waiter;

  private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
  private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
  private final Set<SelectionKey> selected = new HashSet<>();
  private final Set<SelectionKey> publicSelected = new SelectedKeys(selected);

  private final KeyList events = new KeyList();
  private final KeyList updates = new KeyList();
  private final AtomicBoolean wakeup = new AtomicBoolean();

  /**
   * Whether the selecting thread has been woken since it last looked; saves all further wakings.
   */
  private volatile boolean nudged;

  // Guarded by the selector's monitor.
  private final ArrayDeque<StackSelectionKey> candidates = new ArrayDeque<>();
  private final ArrayDeque<StackSelectionKey> changed = new ArrayDeque<>();
  private boolean selecting;
  private boolean found;

  /** Who else is told that there is something to look at, or null. */
  private final @Nullable Runnable alarm;

  StackSelector(StackSelectorProvider provider, Engine engine, @Nullable Runnable alarm) {
    super(provider);
    this.provider = provider;
    this.engine = engine;
    this.alarm = alarm;
    this.waiter = new Waiter(engine);
  }

  @Override
  public Set<SelectionKey> keys() {
    ensureOpen();
    return publicKeys;
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    ensureOpen();
    return publicSelected;
  }

  private void ensureOpen() {
    if (!isOpen()) {
      throw new ClosedSelectorException();
    }
  }

  @Override
  public int selectNow() throws IOException {
    return selectUntil(null, NOW);
  }

  @Override
  public int select() throws IOException {
    return selectUntil(null, Clock.NEVER);
  }

  @Override
  public int select(long timeout) throws IOException {
    return selectUntil(null, deadline(timeout));
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) throws IOException {
    return selectUntil(Objects.requireNonNull(action), NOW);
  }

  @Override
  public int select(Consumer<SelectionKey> action) throws IOException {
    return selectUntil(Objects.requireNonNull(action), Clock.NEVER);
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
    Objects.requireNonNull(action);
    return selectUntil(action, deadline(timeout));
  }

  private long deadline(long timeout) {
    if (timeout < 0) {
      throw new IllegalArgumentException("Negative timeout: " + timeout);
    }
    return timeout == 0
        ? Clock.NEVER
        : Clock.after(engine.now(), TimeUnit.MILLISECONDS.toNanos(timeout));
  }

  private int selectUntil(@Nullable Consumer<SelectionKey> action, long deadline) {
    synchronized (this) {
      ensureOpen();
      if (selecting) {
        throw new IllegalStateException("select in progress");
      }
      selecting = true;
      try {
        synchronized (publicSelected) {
          dropCancelled();
          applyUpdates();
          int count = await(action, deadline);
          dropCancelled();
          return count;
        }
      } finally {
        selecting = false;
      }
    }
  }

  private int await(@Nullable Consumer<SelectionKey> action, long deadline) {
    boolean prepared = false;
    try {
      while (true) {
        // Reset before looking: what is added after the look nudges again.
        nudged = false;
        boolean woken = wakeup.get() && wakeup.getAndSet(false);
        int count = look(action);
        // An interrupt ends the wait as a wakeup does: the thread is unparked and keeps its status.
        if (found
            || woken
            || deadline == NOW
            || !isOpen()
            || Thread.currentThread().isInterrupted()) {
          return count;
        }
        if (!prepared) {
          waiter.prepare();
          prepared = true;
        } else if (deadline != Clock.NEVER && engine.now() >= deadline) {
          return count;
        } else {
          waiter.park(deadline);
        }
      }
    } finally {
      if (prepared) {
        waiter.done();
      }
    }
  }

  /** Looks at every key that may be ready and keeps those that are for the next time. */
  private int look(@Nullable Consumer<SelectionKey> action) {
    events.drainTo(candidates);
    int count = 0;
    found = false;
    for (int left = candidates.size(); left > 0; left--) {
      StackSelectionKey key = candidates.removeFirst();
      // In this order: what happens after the look puts the key on the list again.
      key.event.release();
      int ready = key.isValid() ? key.poll() : 0;
      if (ready == 0) {
        continue;
      }
      found = true;
      if (key.event.claim()) {
        candidates.addLast(key);
      }
      count += action == null ? add(key, ready) : perform(action, key, ready);
    }
    return count;
  }

  private int add(StackSelectionKey key, int ready) {
    if (selected.add(key)) {
      key.setReady(ready);
      return 1;
    }
    return key.addReady(ready) ? 1 : 0;
  }

  private int perform(Consumer<SelectionKey> action, StackSelectionKey key, int ready) {
    key.setReady(ready);
    action.accept(key);
    ensureOpen();
    return 1;
  }

  /** "Changes ... will be seen by the next selection operation": makes them hold for this one. */
  private void applyUpdates() {
    updates.drainTo(changed);
    for (StackSelectionKey key; (key = changed.pollFirst()) != null; ) {
      key.update.release();
      if (key.arm() != 0 && key.isValid() && key.event.claim()) {
        candidates.addLast(key);
      }
    }
  }

  /** A key's interest set is new. Called on any thread. */
  void interestChanged(StackSelectionKey key) {
    updates.add(key.update);
  }

  /** A key may have become ready. Called on any thread. */
  void look(StackSelectionKey key) {
    if (events.add(key.event)) {
      nudge();
    }
  }

  @Override
  public Selector wakeup() {
    wakeup.set(true);
    nudge();
    return this;
  }

  private void nudge() {
    if (!nudged) {
      nudged = true;
      waiter.signal();
      if (alarm != null) {
        alarm.run();
      }
    }
  }

  @Override
  protected SelectionKey register(
      AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
    if (channel.provider() != provider()) {
      throw new IllegalSelectorException();
    }
    StackSelectionKey key =
        switch (channel) {
          case StackSocketChannel c -> new StackSelectionKey(this, c, ops);
          case StackServerSocketChannel c -> new StackSelectionKey(this, c, ops);
          case StackDatagramChannel c -> new StackSelectionKey(this, c, ops);
          case StackPipe.Source c -> new StackSelectionKey(this, c, ops);
          case StackPipe.Sink c -> new StackSelectionKey(this, c, ops);
          default -> throw new IllegalSelectorException();
        };
    key.attach(attachment);
    keys.add(key);
    key.pollable().signals().add(key);
    if (!isOpen()) {
      // The closing thread may have gone through the keys before this one was there.
      key.cancel();
      forget(key);
      throw new ClosedSelectorException();
    }
    interestChanged(key);
    return key;
  }

  private void dropCancelled() {
    Set<SelectionKey> cancelled = cancelledKeys();
    StackSelectionKey[] dropped;
    synchronized (cancelled) {
      if (cancelled.isEmpty()) {
        return;
      }
      dropped = cancelled.toArray(new StackSelectionKey[0]);
      cancelled.clear();
    }
    for (StackSelectionKey key : dropped) {
      drop(key);
    }
  }

  private void drop(StackSelectionKey key) {
    forget(key);
    selected.remove(key);
    deregister(key);
  }

  private void forget(StackSelectionKey key) {
    keys.remove(key);
    key.pollable().signals().remove(key);
  }

  @Override
  protected void implCloseSelector() {
    provider.closed(this);
    wakeup();
    synchronized (this) {
      synchronized (publicSelected) {
        for (SelectionKey key : keys) {
          key.cancel();
          drop((StackSelectionKey) key);
        }
        selected.clear();
        candidates.clear();
      }
    }
  }

  @Override
  public String toString() {
    return getClass().getName() + "[" + (isOpen() ? "keys=" + keys.size() : "closed") + "]";
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One selector over two worlds. Inside are a selector of the stack and, from the first channel of
 * the machine's on, one of the JDK's. A selection looks at both; then it waits in the stack's if
 * there is no key of the machine's, else in the JDK's, which the stack's alarm wakes.
 *
 * <p>Besides the mixed channels it takes an inherited channel, which is the JDK's.
 */
final class MixedSelector extends AbstractSelector {
  private static final long FOREVER = Long.MAX_VALUE;

  private final Worlds worlds;
  private final Selector inside;
  private volatile @Nullable Selector outside;

  private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
  private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
  private final Set<SelectionKey> selected = new HashSet<>();
  private final Set<SelectionKey> publicSelected = new RemovableOnly<>(selected);
  private final AtomicBoolean wakeup = new AtomicBoolean();

  /** Whether the selecting thread waits, or is about to, where only the JDK's wakeup reaches it. */
  private volatile boolean waitsOutside;

  // Guarded by the selector's monitor.
  private final List<MixedKey> ready = new ArrayList<>();
  private final Consumer<SelectionKey> collector = this::collect;
  private boolean selecting;

  MixedSelector(SelectorProvider provider, Worlds worlds) {
    super(provider);
    this.worlds = worlds;
    this.inside = worlds.inside().openSelector(this::alarm);
  }

  /** The stack has something to look at. Called on any thread. */
  private void alarm() {
    Selector machine = outside;
    if (waitsOutside && machine != null) {
      machine.wakeup();
    }
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
    return selectFor(null, 0);
  }

  @Override
  public int select() throws IOException {
    return selectFor(null, FOREVER);
  }

  @Override
  public int select(long timeout) throws IOException {
    return selectFor(null, nanos(timeout));
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) throws IOException {
    return selectFor(Objects.requireNonNull(action), 0);
  }

  @Override
  public int select(Consumer<SelectionKey> action) throws IOException {
    return selectFor(Objects.requireNonNull(action), FOREVER);
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
    Objects.requireNonNull(action);
    return selectFor(action, nanos(timeout));
  }

  private static long nanos(long timeout) {
    if (timeout < 0) {
      throw new IllegalArgumentException("Negative timeout: " + timeout);
    }
    return timeout == 0 ? FOREVER : TimeUnit.MILLISECONDS.toNanos(timeout);
  }

  private int selectFor(@Nullable Consumer<SelectionKey> action, long nanos) throws IOException {
    synchronized (this) {
      ensureOpen();
      if (selecting) {
        throw new IllegalStateException("select in progress");
      }
      selecting = true;
      try {
        synchronized (publicSelected) {
          dropCancelled();
          await(nanos);
          int count = deliver(action);
          dropCancelled();
          return count;
        }
      } finally {
        selecting = false;
      }
    }
  }

  private void await(long nanos) throws IOException {
    long start = nanos == 0 || nanos == FOREVER ? 0 : System.nanoTime();
    long left = nanos;
    try {
      while (true) {
        Selector machine = outside;
        if (machine != null && machine.keys().isEmpty()) {
          machine = null;
        }
        // Before looking: what comes after the look finds the flag set.
        waitsOutside = machine != null;
        // In this order: what the alarm says after the second look must not be lost in the first,
        // which takes the JDK's wakeup back.
        if (machine != null) {
          machine.selectNow(collector);
        }
        inside.selectNow(collector);
        boolean woken = wakeup.getAndSet(false);
        if (!ready.isEmpty()
            || woken
            || left <= 0
            || !isOpen()
            || Thread.currentThread().isInterrupted()) {
          return;
        }
        block(machine != null ? machine : inside, left);
        if (nanos != FOREVER) {
          left = nanos - (System.nanoTime() - start);
        }
      }
    } catch (ClosedSelectorException e) {
      // Closed by another thread, which waits for this one to leave.
      if (isOpen()) {
        throw e;
      }
    } finally {
      waitsOutside = false;
    }
  }

  private void block(Selector selector, long nanos) throws IOException {
    if (nanos == FOREVER) {
      selector.select(collector);
    } else {
      selector.select(collector, Math.max(1, (nanos + 999_999) / 1_000_000));
    }
  }

  private void collect(SelectionKey part) {
    MixedKey key = (MixedKey) part.attachment();
    if (key.found == 0) {
      ready.add(key);
    }
    try {
      key.found |= part.readyOps();
    } catch (CancelledKeyException e) {
      // Closed while it was looked at.
    }
  }

  private int deliver(@Nullable Consumer<SelectionKey> action) {
    int count = 0;
    try {
      for (MixedKey key : ready) {
        int ops = key.takeFound();
        if (ops == 0 || !key.isValid()) {
          continue;
        }
        if (action != null) {
          key.setReady(ops);
          action.accept(key);
          ensureOpen();
          count++;
        } else if (selected.add(key)) {
          key.setReady(ops);
          count++;
        } else if (key.addReady(ops)) {
          count++;
        }
      }
    } finally {
      ready.forEach(MixedKey::takeFound);
      ready.clear();
    }
    return count;
  }

  @Override
  public Selector wakeup() {
    wakeup.set(true);
    // Rings the alarm, too.
    inside.wakeup();
    return this;
  }

  @Override
  protected SelectionKey register(
      AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
    if (!(channel instanceof Mixed) && selectorOf(channel) == null) {
      throw new IllegalSelectorException();
    }
    MixedKey key = new MixedKey(this, channel, ops);
    key.attach(attachment);
    keys.add(key);
    if (channel instanceof Mixed mixed) {
      mixed.registrations().add(key);
    } else {
      key.serve(channel);
    }
    if (!isOpen()) {
      // The closing thread may have gone through the keys before this one was there.
      key.cancel();
      forget(key);
      throw new ClosedSelectorException();
    }
    return key;
  }

  /**
   * Registers a channel of one world with that world's selector.
   *
   * @return null if the channel or the selector is closed
   */
  @Nullable SelectionKey registerPart(SelectableChannel part, int ops, MixedKey key) {
    try {
      Selector selector = selectorOf(part);
      if (selector == null) {
        throw new IllegalSelectorException();
      }
      // A channel that takes on its side while it is selected on keeps what it is asked for.
      return part.register(selector, ops & part.validOps(), key);
    } catch (ClosedChannelException | ClosedSelectorException e) {
      return null;
    }
  }

  private @Nullable Selector selectorOf(SelectableChannel part) {
    if (part.provider() == worlds.inside()) {
      return inside;
    }
    return worlds.machine() != null && part.provider() == worlds.outside() ? outside() : null;
  }

  /**
   * The JDK's selector, from the first channel of the machine's on. Never waits for a selection.
   */
  private Selector outside() {
    synchronized (keys) {
      Selector machine = outside;
      if (machine == null) {
        try {
          machine = worlds.outside().openSelector();
        } catch (IOException e) {
          throw new UncheckedIOException("No selector for the machine's network", e);
        }
        outside = machine;
      }
      return machine;
    }
  }

  private void dropCancelled() throws IOException {
    Set<SelectionKey> cancelled = cancelledKeys();
    MixedKey[] dropped;
    synchronized (cancelled) {
      if (cancelled.isEmpty()) {
        return;
      }
      dropped = cancelled.toArray(new MixedKey[0]);
      cancelled.clear();
    }
    for (MixedKey key : dropped) {
      drop(key);
    }
    // The selectors inside forget their cancelled keys when they select; all else stays ready.
    Consumer<SelectionKey> nothing = key -> {};
    inside.selectNow(nothing);
    Selector machine = outside;
    if (machine != null) {
      machine.selectNow(nothing);
    }
  }

  private void drop(MixedKey key) {
    forget(key);
    selected.remove(key);
    // In this order: the JDK lets go of a closed channel when its last key is gone.
    deregister(key);
    key.cancelParts();
  }

  private void forget(MixedKey key) {
    keys.remove(key);
  }

  @Override
  protected void implCloseSelector() throws IOException {
    wakeup();
    synchronized (this) {
      synchronized (publicSelected) {
        for (SelectionKey key : keys) {
          key.cancel();
          drop((MixedKey) key);
        }
        selected.clear();
        inside.close();
        Selector machine = outside;
        if (machine != null) {
          machine.close();
        }
      }
    }
  }

  @Override
  public String toString() {
    return getClass().getName() + "[" + (isOpen() ? "keys=" + keys.size() : "closed") + "]";
  }
}

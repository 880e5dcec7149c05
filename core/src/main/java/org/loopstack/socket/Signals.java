// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.ReadinessListener;

/**
 * Who waits for one channel: at most one thread that reads (or accepts, or connects), at most one
 * that writes, one that closes and lingers, and the selectors it is registered with. An endpoint
 * tells it what became possible, and it wakes those whom that concerns.
 */
final class Signals implements ReadinessListener {
  private static final int READER = Readiness.READ | Readiness.ACCEPT | Readiness.CONNECT;
  private static final StackSelectionKey[] NONE = {};

  private final Engine engine;

  // Made when somebody waits for the first time, and kept: most channels never wait. Who is about
  // to wait publishes its waiter before it looks once more; so a signal that finds none was early.
  private volatile @Nullable Waiter reader;
  private volatile @Nullable Waiter writer;
  private volatile @Nullable Waiter closer;

  /** Replaced, never changed: it is read for every packet and written at registration only. */
  private volatile StackSelectionKey[] keys = NONE;

  Signals(Engine engine) {
    this.engine = engine;
  }

  /** Where the one thread waits that holds the channel's read lock. */
  Waiter reader() {
    Waiter waiter = reader;
    if (waiter == null) {
      waiter = new Waiter(engine);
      reader = waiter;
    }
    return waiter;
  }

  /** Where the one thread waits that holds the channel's write lock. */
  Waiter writer() {
    Waiter waiter = writer;
    if (waiter == null) {
      waiter = new Waiter(engine);
      writer = waiter;
    }
    return waiter;
  }

  /** Where the one thread waits that closes the channel. */
  Waiter closer() {
    Waiter waiter = closer;
    if (waiter == null) {
      waiter = new Waiter(engine);
      closer = waiter;
    }
    return waiter;
  }

  @Override
  public void ready(int bits) {
    if ((bits & READER) != 0) {
      signal(reader);
    }
    if ((bits & Readiness.WRITE) != 0) {
      signal(writer);
    }
    if ((bits & Readiness.DRAINED) != 0) {
      signal(closer);
    }
    for (StackSelectionKey key : keys) {
      key.ready(bits);
    }
  }

  /** The channel is closed: whoever waits for it looks at it again. */
  void closed() {
    signal(reader);
    signal(writer);
  }

  private static void signal(@Nullable Waiter waiter) {
    if (waiter != null) {
      waiter.signal();
    }
  }

  /** From now on the key hears of what becomes possible. */
  synchronized void add(StackSelectionKey key) {
    StackSelectionKey[] more = Arrays.copyOf(keys, keys.length + 1);
    more[more.length - 1] = key;
    keys = more;
  }

  /** The key hears of nothing more. */
  synchronized void remove(StackSelectionKey key) {
    StackSelectionKey[] before = keys;
    for (int i = 0; i < before.length; i++) {
      if (before[i] == key) {
        if (before.length == 1) {
          keys = NONE;
          return;
        }
        StackSelectionKey[] fewer = Arrays.copyOf(before, before.length - 1);
        System.arraycopy(before, i + 1, fewer, i, fewer.length - i);
        keys = fewer;
        return;
      }
    }
  }
}

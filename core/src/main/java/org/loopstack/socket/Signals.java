// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.util.Arrays;
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

  private final Waiter reader;
  private final Waiter writer;
  private final Waiter closer;

  /** Replaced, never changed: it is read for every packet and written at registration only. */
  private volatile StackSelectionKey[] keys = NONE;

  Signals(Engine engine) {
    reader = new Waiter(engine);
    writer = new Waiter(engine);
    closer = new Waiter(engine);
  }

  /** Where the one thread waits that holds the channel's read lock. */
  Waiter reader() {
    return reader;
  }

  /** Where the one thread waits that holds the channel's write lock. */
  Waiter writer() {
    return writer;
  }

  /** Where the one thread waits that closes the channel. */
  Waiter closer() {
    return closer;
  }

  @Override
  public void ready(int bits) {
    if ((bits & READER) != 0) {
      reader.signal();
    }
    if ((bits & Readiness.WRITE) != 0) {
      writer.signal();
    }
    if ((bits & Readiness.DRAINED) != 0) {
      closer.signal();
    }
    for (StackSelectionKey key : keys) {
      key.ready(bits);
    }
  }

  /** The channel is closed: whoever waits for it looks at it again. */
  void closed() {
    reader.signal();
    writer.signal();
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

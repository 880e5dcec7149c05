// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A channel's registration with a {@link MixedSelector}: what the user holds in place of the keys
 * of the two selectors inside, of which there may be none, one or, for a wildcard listener,
 * several.
 */
final class MixedKey extends AbstractSelectionKey {
  private final MixedSelector selector;
  private final SelectableChannel channel;
  private final List<SelectionKey> parts = new CopyOnWriteArrayList<>();
  private volatile int interest;
  private volatile int ready;

  /** What a selection has found so far. Guarded by the selector's monitor. */
  int found;

  MixedKey(MixedSelector selector, SelectableChannel channel, int ops) {
    this.selector = selector;
    this.channel = channel;
    this.interest = ops;
  }

  /** Registers a channel of one of the worlds for what this key is interested in. */
  synchronized void serve(SelectableChannel part) {
    SelectionKey key = selector.registerPart(part, interest, this);
    if (key != null) {
      parts.add(key);
    }
  }

  /** Ends the registrations inside, once nobody selects. */
  void cancelParts() {
    for (SelectionKey part : parts) {
      part.cancel();
    }
    parts.clear();
  }

  @Override
  public SelectableChannel channel() {
    return channel;
  }

  @Override
  public Selector selector() {
    return selector;
  }

  @Override
  public int interestOps() {
    ensureValid();
    return interest;
  }

  @Override
  public synchronized SelectionKey interestOps(int ops) {
    ensureValid();
    if ((ops & ~channel.validOps()) != 0) {
      throw new IllegalArgumentException("Not an operation of this channel: " + ops);
    }
    interest = ops;
    List<SelectionKey> gone = new ArrayList<>();
    for (SelectionKey part : parts) {
      try {
        part.interestOps(ops);
      } catch (CancelledKeyException e) {
        // That side is closed, and so is the channel, or it has gone over to the other side.
        gone.add(part);
      }
    }
    parts.removeAll(gone);
    return this;
  }

  @Override
  public int readyOps() {
    ensureValid();
    return ready;
  }

  private void ensureValid() {
    if (!isValid()) {
      throw new CancelledKeyException();
    }
  }

  /** What was found of that which is asked for. Called on the selecting thread. */
  int takeFound() {
    int ops = found & interest;
    found = 0;
    return ops;
  }

  /** Sets the ready set. Called on the selecting thread. */
  void setReady(int ops) {
    ready = ops;
  }

  /** Adds to the ready set, and says whether that changed it. Called on the selecting thread. */
  boolean addReady(int ops) {
    int before = ready;
    ready = before | ops;
    return ready != before;
  }

  @Override
  public String toString() {
    String state = isValid() ? "interestOps=" + interest + ", readyOps=" + ready : "invalid";
    return "channel=" + channel + ", selector=" + selector + ", " + state;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;

/** A channel's registration with a {@link StackSelector}. */
final class StackSelectionKey extends AbstractSelectionKey {
  private static final VarHandle INTEREST;

  static {
    try {
      INTEREST =
          MethodHandles.lookup().findVarHandle(StackSelectionKey.class, "interest", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final StackSelector selector;
  private final SelectableChannel channel;
  private final Pollable pollable;

  private volatile int interest;

  /** The interest set as the selection in progress saw it when it began. */
  private volatile int armed;

  private volatile int ready;

  /** The place in the selector's list of keys to look at. */
  final KeyList.Link event = new KeyList.Link(this);

  /** The place in the selector's list of keys with a new interest set. */
  final KeyList.Link update = new KeyList.Link(this);

  <C extends SelectableChannel & Pollable> StackSelectionKey(
      StackSelector selector, C channel, int ops) {
    this.selector = selector;
    this.channel = channel;
    this.pollable = channel;
    this.interest = ops;
  }

  @Override
  public SelectableChannel channel() {
    return channel;
  }

  @Override
  public Selector selector() {
    return selector;
  }

  Pollable pollable() {
    return pollable;
  }

  @Override
  public int interestOps() {
    ensureValid();
    return interest;
  }

  @Override
  public SelectionKey interestOps(int ops) {
    ensureValid();
    ensureSupported(ops);
    change((int) INTEREST.getAndSet(this, ops), ops);
    return this;
  }

  @Override
  public int interestOpsOr(int ops) {
    ensureValid();
    ensureSupported(ops);
    int before = (int) INTEREST.getAndBitwiseOr(this, ops);
    change(before, before | ops);
    return before;
  }

  @Override
  public int interestOpsAnd(int ops) {
    ensureValid();
    int before = (int) INTEREST.getAndBitwiseAnd(this, ops);
    change(before, before & ops);
    return before;
  }

  private void change(int before, int after) {
    if (before != after) {
      selector.interestChanged(this);
    }
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

  private void ensureSupported(int ops) {
    if ((ops & ~channel.validOps()) != 0) {
      throw new IllegalArgumentException("Not an operation of this channel: " + ops);
    }
  }

  /** Something became possible. Called on any thread. */
  void ready(int bits) {
    if ((bits & armed) != 0) {
      selector.look(this);
    }
  }

  /** Makes the interest set hold for the selection that begins. Called on the selecting thread. */
  int arm() {
    int ops = interest;
    armed = ops;
    return ops;
  }

  /** What the channel is ready for of that which is asked for. Called on the selecting thread. */
  int poll() {
    int wanted = armed & interest;
    return wanted == 0 ? 0 : pollable.readyOps() & wanted;
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

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Timer;

/**
 * One operation of an asynchronous channel, with the handler that hears of its end, or as a future
 * where there is none.
 */
final class PendingOperation<V extends @Nullable Object, A extends @Nullable Object>
    extends FutureTask<V> {
  private final StackAsynchronousChannel channel;
  private final A attachment;
  private final @Nullable CompletionHandler<V, ? super A> handler;

  /** Where it waits, so that a cancel takes it away from there. Null if it never waited. */
  private volatile @Nullable OperationSlot<V> slot;

  private volatile @Nullable Timer timer;

  /** Set by the attempt that succeeds, under the slot's lock. */
  private @Nullable V result;

  PendingOperation(
      StackAsynchronousChannel channel,
      A attachment,
      @Nullable CompletionHandler<V, ? super A> handler) {
    super(
        () -> {
          throw new AssertionError("It is completed, not run");
        });
    this.channel = channel;
    this.attachment = attachment;
    this.handler = handler;
  }

  void waitIn(OperationSlot<V> newSlot) {
    slot = newSlot;
  }

  void timer(Timer newTimer) {
    timer = newTimer;
  }

  /** What the attempt that succeeded leaves here. */
  void result(@Nullable V value) {
    result = value;
  }

  /** It has succeeded, with the {@link #result}. */
  @SuppressWarnings("NullAway") // The result may be null if V may be.
  void succeed(boolean mayInvokeDirect) {
    disarm();
    V value = result;
    set(value);
    if (handler != null) {
      channel.group().invoke(() -> handler.completed(value, attachment), mayInvokeDirect);
    }
  }

  /** It has failed. */
  void fail(Throwable why, boolean mayInvokeDirect) {
    disarm();
    // A close that comes while the operation is tried is one that comes while it waits.
    Throwable told =
        why.getClass() == ClosedChannelException.class && slot != null
            ? new AsynchronousCloseException()
            : why;
    setException(told);
    if (handler != null) {
      channel.group().invoke(() -> handler.failed(told, attachment), mayInvokeDirect);
    }
  }

  private void disarm() {
    Timer t = timer;
    if (t != null) {
      t.disarm();
    }
  }

  /** Also leaves the channel unfit for such an operation; it may have been half done. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!super.cancel(mayInterruptIfRunning)) {
      return false;
    }
    disarm();
    channel.cancelled();
    OperationSlot<V> waitingIn = slot;
    if (waitingIn != null) {
      waitingIn.cancelled(this);
    }
    if (mayInterruptIfRunning) {
      channel.closeQuietly();
    }
    return true;
  }
}

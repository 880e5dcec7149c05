// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** One accept of a {@link MixedAsynchronousServerSocketChannel}, as a future or with a handler. */
final class PendingAccept<A extends @Nullable Object>
    extends FutureTask<AsynchronousSocketChannel> {
  private final MixedAsynchronousServerSocketChannel server;
  private final A attachment;
  private final @Nullable CompletionHandler<AsynchronousSocketChannel, ? super A> handler;

  PendingAccept(
      MixedAsynchronousServerSocketChannel server,
      A attachment,
      @Nullable CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
    super(
        () -> {
          throw new AssertionError("It is completed, not run");
        });
    this.server = server;
    this.attachment = attachment;
    this.handler = handler;
  }

  /** Ends it; on a thread of the group if there is a handler. */
  void end(Accepted with) {
    switch (with) {
      case Accepted.Connection(AsynchronousSocketChannel channel) -> {
        set(channel);
        if (isCancelled()) {
          with.discard();
        } else if (handler != null) {
          handler.completed(channel, attachment);
        }
      }
      case Accepted.Failure(Throwable why) -> {
        setException(why);
        if (handler != null) {
          handler.failed(why, attachment);
        }
      }
    }
  }

  boolean hasHandler() {
    return handler != null;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!super.cancel(mayInterruptIfRunning)) {
      return false;
    }
    server.cancelled(this);
    if (mayInterruptIfRunning) {
      try {
        server.close();
      } catch (IOException e) {
        // The future tells of the cancellation alone, as the JDK's own.
      }
    }
    return true;
  }

  /** What came of an accept in one of the worlds. */
  sealed interface Accepted {
    /** A connection. */
    record Connection(AsynchronousSocketChannel channel) implements Accepted {}

    /** None. */
    record Failure(Throwable why) implements Accepted {}

    /** Nobody wants it. */
    default void discard() {
      if (this instanceof Connection(AsynchronousSocketChannel channel)) {
        try {
          channel.close();
        } catch (IOException e) {
          // It was never given to anybody.
        }
      }
    }
  }
}

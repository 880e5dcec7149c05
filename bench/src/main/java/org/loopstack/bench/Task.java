// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Work on a thread of its own, for whose result somebody waits.
 *
 * @param <T> what it results in
 */
public final class Task<T> {
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final Thread thread;

  /** Starts the work. */
  public Task(ThreadKind kind, String name, Callable<T> work) {
    thread =
        kind.start(
            name,
            () -> {
              try {
                result.complete(work.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
  }

  /** Waits for the result as long as it takes; throws what the work threw. */
  public T join() throws Exception {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw unwrap(e);
    }
  }

  /**
   * Waits for the result.
   *
   * @throws TimeoutException if there is none in time; the message says where the thread is, which
   *     has been interrupted
   */
  public T join(long seconds) throws Exception {
    try {
      return result.get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw unwrap(e);
    } catch (TimeoutException e) {
      StringBuilder where = new StringBuilder("no end after " + seconds + " s, in");
      for (StackTraceElement each : thread.getStackTrace()) {
        where.append("\n    ").append(each);
      }
      thread.interrupt();
      throw new TimeoutException(where.toString());
    }
  }

  private static Exception unwrap(ExecutionException e) {
    return switch (e.getCause()) {
      case Error error -> throw error;
      case Exception exception -> exception;
      case null, default -> e;
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Work on a thread of its own, with a bounded wait for its result. */
public final class Task<T> {
  private final CompletableFuture<T> result;
  private final Thread thread;

  private Task(CompletableFuture<T> result, Thread thread) {
    this.result = result;
    this.thread = thread;
  }

  static <T> Task<T> start(Threads threads, Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    return new Task<>(result, threads.start("conformance-task", () -> run(work, result)));
  }

  private static <T> void run(Callable<T> work, CompletableFuture<T> result) {
    try {
      result.complete(work.call());
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }

  /** The thread, for interruption. */
  public Thread thread() {
    return thread;
  }

  /** Whether the work has ended. */
  public boolean isDone() {
    return result.isDone();
  }

  /** Waits for the result; throws what the work threw. */
  public T join() throws Exception {
    try {
      return result.get(Wait.SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new AssertionError("still running after " + Wait.SECONDS + " s", stackOf(thread));
    }
  }

  /** Waits until the thread is inside a blocking call, or has ended. */
  public Task<T> awaitBlocked() {
    Wait.until("the task blocks", () -> result.isDone() || isBlocked());
    return this;
  }

  /** Whether the thread is parked, or inside a system call of the JDK's channels. */
  private boolean isBlocked() {
    boolean waits = isWaiting();
    StackTraceElement[] stack = thread.getStackTrace();
    if (stack.length == 0 || isLoading(stack)) {
      return false;
    }
    // Asked again, because it may have gone on between the first answer and the stack.
    return waits
        ? isWaiting()
        : stack[0].isNativeMethod() && stack[0].getClassName().startsWith("sun.nio.ch.");
  }

  private boolean isWaiting() {
    return switch (thread.getState()) {
      case BLOCKED, WAITING, TIMED_WAITING -> true;
      case NEW, RUNNABLE, TERMINATED -> false;
    };
  }

  /** Whether a class is loaded there: that waits, too, for another thread that loads one. */
  private static boolean isLoading(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      String name = frame.getClassName();
      if (name.startsWith("jdk.internal.loader.")
          || name.equals("java.lang.ClassLoader")
          || frame.getMethodName().equals("<clinit>")) {
        return true;
      }
    }
    return false;
  }

  static Throwable stackOf(@Nullable Thread thread) {
    Throwable stack = new Throwable("stack of the thread");
    if (thread != null) {
      stack.setStackTrace(thread.getStackTrace());
    }
    return stack;
  }
}

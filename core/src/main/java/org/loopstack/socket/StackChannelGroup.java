// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous channels that share the threads on which their handlers run. Closed with its stack.
 */
final class StackChannelGroup extends AsynchronousChannelGroup implements Closeable {
  /** How many handlers a thread may be inside of at once, each called by the one before. */
  private static final int MAX_DEPTH = 16;

  private final StackSelectorProvider stack;
  private final ExecutorService executor;

  /** The threads that run something for the group, each with the depth of its handlers. */
  private final Map<Thread, Depth> threads = new ConcurrentHashMap<>();

  private final Set<Closeable> channels = ConcurrentHashMap.newKeySet();

  private volatile boolean shutdown;

  /** Used by one thread only. */
  private static final class Depth {
    int handlers;
  }

  StackChannelGroup(
      StackAsynchronousChannelProvider provider,
      StackSelectorProvider stack,
      ExecutorService executor) {
    super(provider);
    this.stack = stack;
    this.executor = executor;
  }

  // ---------------------------------------------------------------- channels

  /**
   * A channel is in the group from now on.
   *
   * @throws ShutdownChannelGroupException if the group takes no more
   */
  synchronized void add(Closeable channel) {
    if (shutdown || stack.isDown()) {
      throw new ShutdownChannelGroupException();
    }
    channels.add(channel);
  }

  /** A channel is closed: the last one of a group that was shut down ends the group. */
  synchronized void remove(Closeable channel) {
    channels.remove(channel);
    terminateIfEmpty();
  }

  private void terminateIfEmpty() {
    if (shutdown && channels.isEmpty()) {
      executor.shutdown();
      stack.closed(this);
    }
  }

  @Override
  public synchronized void shutdown() {
    shutdown = true;
    terminateIfEmpty();
  }

  @Override
  public void shutdownNow() throws IOException {
    shutdown();
    for (Closeable each : channels) {
      each.close();
    }
  }

  @Override
  public void close() throws IOException {
    shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return executor.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return executor.awaitTermination(timeout, unit);
  }

  // ---------------------------------------------------------------- threads

  /**
   * Runs a task on a thread of the group.
   *
   * @throws RejectedExecutionException if the group has terminated
   */
  void execute(Runnable task) {
    executor.execute(() -> run(task));
  }

  private void run(Runnable task) {
    Thread current = Thread.currentThread();
    Depth outer = threads.put(current, new Depth());
    try {
      task.run();
    } finally {
      // An executor that runs tasks on the thread that brings them is inside of another one here.
      if (outer == null) {
        threads.remove(current);
      } else {
        threads.put(current, outer);
      }
    }
  }

  /**
   * Calls a handler: "if the initiating thread is one of the pooled threads in the group then the
   * completion handler may be invoked directly by the initiating thread. To avoid stack overflow"
   * only so deep.
   */
  void invoke(Runnable handler, boolean mayInvokeDirect) {
    Depth depth = threads.get(Thread.currentThread());
    if (mayInvokeDirect && depth != null && depth.handlers < MAX_DEPTH) {
      invokeHere(handler, depth);
      return;
    }
    try {
      execute(() -> invokeHere(handler, threads.get(Thread.currentThread())));
    } catch (RejectedExecutionException e) {
      if (depth == null) {
        throw new ShutdownChannelGroupException();
      }
      invokeHere(handler, depth);
    }
  }

  private static void invokeHere(Runnable handler, @Nullable Depth depth) {
    if (depth == null) {
      throw new AssertionError("Called outside of the group");
    }
    depth.handlers++;
    try {
      handler.run();
    } finally {
      depth.handlers--;
      // "the interrupt status is cleared" is what pools expect of those whose thread they reuse.
      Thread.interrupted();
    }
  }
}

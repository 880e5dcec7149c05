// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A group of channels of both worlds: a group of the stack's, and one of the JDK's from the first
 * channel outside on, whose handlers run on the same executor. It is shut down when both have
 * terminated.
 *
 * <p>A group that is shut down takes no new channels, but those it has go on; one that has not yet
 * chosen may still go outside. So the outside half is shut down when all have chosen.
 */
final class MixedChannelGroup extends AsynchronousChannelGroup {
  private final AsynchronousChannelProvider machine;
  private final ExecutorService executor;
  private final AsynchronousChannelGroup inside;

  /** The halves that have not terminated; a half outside that never was counts until shutdown. */
  private final AtomicInteger running = new AtomicInteger(2);

  // Guarded by this.
  private final Set<AsynchronousChannel> undecided = new HashSet<>();
  private @Nullable AsynchronousChannelGroup outside;
  private boolean outsideShut;

  private volatile boolean shutdown;

  MixedChannelGroup(MixedAsynchronousChannelProvider provider, ExecutorService executor)
      throws IOException {
    super(provider);
    this.machine = provider.outside();
    this.executor = executor;
    this.inside = provider.inside().openAsynchronousChannelGroup(lend(), 0);
  }

  private ExecutorService lend() {
    return new LentExecutor(executor, this::ended);
  }

  private void ended() {
    if (running.decrementAndGet() == 0) {
      executor.shutdown();
    }
  }

  /** The stack's half. */
  AsynchronousChannelGroup inside() {
    return inside;
  }

  /** The JDK's half. */
  synchronized AsynchronousChannelGroup outside() throws IOException {
    AsynchronousChannelGroup group = outside;
    if (group == null) {
      // No thread of the executor is to wait for events: a fixed one might have no other.
      group = machine.openAsynchronousChannelGroup(lend(), 0);
      outside = group;
    }
    return group;
  }

  // ---------------------------------------------------------------- channels

  /**
   * A channel that may go to either world is in the group.
   *
   * @throws ShutdownChannelGroupException if the group takes no more
   */
  synchronized void add(AsynchronousChannel channel) {
    if (shutdown) {
      throw new ShutdownChannelGroupException();
    }
    undecided.add(channel);
  }

  /** A channel has chosen a world, whose half of the group has it now, or is closed. */
  synchronized void decided(AsynchronousChannel channel) {
    if (undecided.remove(channel)) {
      shutOutside();
    }
  }

  private void shutOutside() {
    if (!shutdown || outsideShut || !undecided.isEmpty()) {
      return;
    }
    outsideShut = true;
    if (outside == null) {
      ended();
    } else {
      outside.shutdown();
    }
  }

  /** Calls a handler. */
  void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      throw new ShutdownChannelGroupException();
    }
  }

  // ---------------------------------------------------------------- shutdown

  @Override
  public synchronized void shutdown() {
    shutdown = true;
    inside.shutdown();
    shutOutside();
  }

  @Override
  public void shutdownNow() throws IOException {
    shutdown();
    List<AsynchronousChannel> open;
    AsynchronousChannelGroup machines;
    synchronized (this) {
      open = List.copyOf(undecided);
      machines = outside;
    }
    for (AsynchronousChannel each : open) {
      each.close();
    }
    inside.shutdownNow();
    if (machines != null) {
      machines.shutdownNow();
    }
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
}

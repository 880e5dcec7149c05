// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.IllegalChannelGroupException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Opens the asynchronous channels of one stack, which share ports with the others. Safe for use by
 * many threads.
 *
 * <p>Nothing waits for events: whatever thread carries a packet sees that a channel became ready,
 * and a thread of the channel's group goes on from there. So a group has the threads that handlers
 * need and no others. Channels that name no group are in the stack's default one, whose threads are
 * daemons that end after a minute without work, and with the stack; as on the JDK, the system
 * property {@code java.nio.channels.DefaultThreadPool.threadFactory} can name a class that makes
 * them.
 */
public final class StackAsynchronousChannelProvider extends AsynchronousChannelProvider {
  private final StackSelectorProvider provider;

  private @Nullable StackChannelGroup defaultGroup;

  StackAsynchronousChannelProvider(StackSelectorProvider provider) {
    this.provider = provider;
  }

  /**
   * As {@link AsynchronousChannelGroup#withFixedThreadPool}.
   *
   * @throws IllegalArgumentException if there are no threads
   */
  @Override
  public AsynchronousChannelGroup openAsynchronousChannelGroup(int threads, ThreadFactory factory)
      throws IOException {
    if (threads <= 0) {
      throw new IllegalArgumentException("'nThreads' must be > 0");
    }
    return group(Executors.newFixedThreadPool(threads, factory));
  }

  /**
   * As {@link AsynchronousChannelGroup#withCachedThreadPool} and {@link
   * AsynchronousChannelGroup#withThreadPool}.
   *
   * @param executor the group's alone; it is shut down when the group terminates
   * @param initialSize of no account: no thread waits here for events
   */
  @Override
  public AsynchronousChannelGroup openAsynchronousChannelGroup(
      ExecutorService executor, int initialSize) throws IOException {
    return group(Objects.requireNonNull(executor));
  }

  private StackChannelGroup group(ExecutorService executor) {
    return provider.opened(new StackChannelGroup(this, provider, executor));
  }

  @Override
  public AsynchronousSocketChannel openAsynchronousSocketChannel(
      @Nullable AsynchronousChannelGroup group) throws IOException {
    StackChannelGroup ours = checked(group);
    return new StackAsynchronousSocketChannel(ours, provider, provider.newStream());
  }

  @Override
  public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(
      @Nullable AsynchronousChannelGroup group) throws IOException {
    StackChannelGroup ours = checked(group);
    return new StackAsynchronousServerSocketChannel(ours, provider, provider.newListener());
  }

  private StackChannelGroup checked(@Nullable AsynchronousChannelGroup group) {
    if (group == null) {
      return defaultGroup();
    }
    if (!(group instanceof StackChannelGroup ours) || ours.provider() != this) {
      throw new IllegalChannelGroupException();
    }
    if (ours.isShutdown()) {
      throw new ShutdownChannelGroupException();
    }
    return ours;
  }

  private synchronized StackChannelGroup defaultGroup() {
    StackChannelGroup group = defaultGroup;
    if (group == null) {
      group = group(Executors.newCachedThreadPool(threadFactory()));
      defaultGroup = group;
    }
    return group;
  }

  private static ThreadFactory threadFactory() {
    String name = System.getProperty("java.nio.channels.DefaultThreadPool.threadFactory");
    if (name == null) {
      AtomicInteger count = new AtomicInteger();
      return task -> {
        Thread thread = new Thread(task, "loopstack-handler-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
      };
    }
    try {
      Class<?> type = Class.forName(name, true, ClassLoader.getSystemClassLoader());
      return (ThreadFactory) type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot make threads with " + name, e);
    }
  }
}

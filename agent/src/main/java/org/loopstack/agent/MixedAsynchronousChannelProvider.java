// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import sun.nio.ch.DefaultAsynchronousChannelProvider;

/**
 * The provider of asynchronous channels of a JVM in two worlds. Its channels choose one late; its
 * groups hold channels of both on the same threads. Safe for use by many threads.
 */
public final class MixedAsynchronousChannelProvider extends AsynchronousChannelProvider {
  private final Worlds worlds;
  private final Supplier<AsynchronousChannelProvider> platform;

  // Made when they are first needed, guarded by this.
  private @Nullable AsynchronousChannelProvider machine;
  private @Nullable MixedChannelGroup defaultGroup;

  /** Called by {@code java.nio}, in a JVM that the agent was put into. */
  public MixedAsynchronousChannelProvider() {
    this(Hooks.worlds(), DefaultAsynchronousChannelProvider::create);
  }

  MixedAsynchronousChannelProvider(Worlds worlds, Supplier<AsynchronousChannelProvider> platform) {
    this.worlds = worlds;
    this.platform = platform;
  }

  Worlds worlds() {
    return worlds;
  }

  AsynchronousChannelProvider inside() {
    return worlds.stack().asynchronousChannelProvider();
  }

  /** The JDK's own. */
  synchronized AsynchronousChannelProvider outside() {
    AsynchronousChannelProvider own = machine;
    if (own == null) {
      own = platform.get();
      machine = own;
    }
    return own;
  }

  /** Then there is nothing to mix: channels and groups are the stack's own. */
  private boolean isolated() {
    return worlds.machine() == null;
  }

  @Override
  public AsynchronousChannelGroup openAsynchronousChannelGroup(int threads, ThreadFactory factory)
      throws IOException {
    if (isolated()) {
      return inside().openAsynchronousChannelGroup(threads, factory);
    }
    if (threads <= 0) {
      throw new IllegalArgumentException("'nThreads' must be > 0");
    }
    return new MixedChannelGroup(this, Executors.newFixedThreadPool(threads, factory));
  }

  /**
   * Opens a group that calls its handlers on an executor.
   *
   * @param executor the group's alone; it is shut down when the group terminates
   * @param initialSize of no account: no thread of the executor waits for events
   */
  @Override
  public AsynchronousChannelGroup openAsynchronousChannelGroup(
      ExecutorService executor, int initialSize) throws IOException {
    return isolated()
        ? inside().openAsynchronousChannelGroup(executor, initialSize)
        : new MixedChannelGroup(this, Objects.requireNonNull(executor));
  }

  @Override
  public AsynchronousSocketChannel openAsynchronousSocketChannel(
      @Nullable AsynchronousChannelGroup group) throws IOException {
    return isolated()
        ? inside().openAsynchronousSocketChannel(group)
        : MixedAsynchronousSocketChannel.open(this, checked(group));
  }

  @Override
  public AsynchronousServerSocketChannel openAsynchronousServerSocketChannel(
      @Nullable AsynchronousChannelGroup group) throws IOException {
    return isolated()
        ? inside().openAsynchronousServerSocketChannel(group)
        : MixedAsynchronousServerSocketChannel.open(this, checked(group));
  }

  private MixedChannelGroup checked(@Nullable AsynchronousChannelGroup group) throws IOException {
    if (group == null) {
      return defaultGroup();
    }
    if (!(group instanceof MixedChannelGroup ours) || ours.provider() != this) {
      throw new IllegalChannelGroupException();
    }
    if (ours.isShutdown()) {
      throw new ShutdownChannelGroupException();
    }
    return ours;
  }

  private synchronized MixedChannelGroup defaultGroup() throws IOException {
    MixedChannelGroup group = defaultGroup;
    if (group == null) {
      group = new MixedChannelGroup(this, Executors.newCachedThreadPool(threadFactory()));
      defaultGroup = group;
    }
    return group;
  }

  /** Daemons, or whatever the property makes that {@link AsynchronousChannelGroup} tells of. */
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

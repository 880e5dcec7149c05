// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous stream channel that chooses its world as {@link MixedSocketChannel} does. Every
 * operation is then one of the channel of that world: futures and handlers are passed through.
 */
final class MixedAsynchronousSocketChannel extends AsynchronousSocketChannel {
  private final MixedAsynchronousChannelProvider provider;
  private final MixedChannelGroup group;
  private final OptionLog options;

  // Guarded by "options".
  private boolean chosen;
  private @Nullable InetSocketAddress wildcard;

  private volatile AsynchronousSocketChannel side;

  private MixedAsynchronousSocketChannel(
      MixedAsynchronousChannelProvider provider,
      MixedChannelGroup group,
      AsynchronousSocketChannel side,
      boolean chosen) {
    super(provider);
    this.provider = provider;
    this.group = group;
    this.options = new OptionLog(side.supportedOptions());
    this.side = side;
    this.chosen = chosen;
  }

  /**
   * Opens one.
   *
   * @throws java.nio.channels.ShutdownChannelGroupException if the group takes no more
   */
  static MixedAsynchronousSocketChannel open(
      MixedAsynchronousChannelProvider provider, MixedChannelGroup group) throws IOException {
    AsynchronousSocketChannel stack =
        provider.inside().openAsynchronousSocketChannel(group.inside());
    MixedAsynchronousSocketChannel channel =
        new MixedAsynchronousSocketChannel(provider, group, stack, false);
    try {
      group.add(channel);
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
    return channel;
  }

  /** What a listener has accepted. */
  static MixedAsynchronousSocketChannel accepted(
      MixedAsynchronousChannelProvider provider,
      MixedChannelGroup group,
      AsynchronousSocketChannel accepted) {
    return new MixedAsynchronousSocketChannel(provider, group, accepted, true);
  }

  /** The channel that everything goes to. */
  AsynchronousSocketChannel side() {
    return side;
  }

  // ---------------------------------------------------------------- the choice

  private void choose(SocketAddress remote) throws IOException {
    synchronized (options) {
      boolean address = remote instanceof InetSocketAddress inet && !inet.isUnresolved();
      if (chosen || !isOpen() || !address) {
        return;
      }
      if (provider.worlds().isOutside(remote)) {
        moveOutside(wildcard);
      }
      decided();
    }
  }

  private void decided() {
    chosen = true;
    group.decided(this);
  }

  /** Moves to a channel of the JDK's; if that cannot be had, all is as it was. */
  private void moveOutside(@Nullable InetSocketAddress local) throws IOException {
    AsynchronousSocketChannel machine =
        provider.outside().openAsynchronousSocketChannel(group.outside());
    try {
      options.applyTo(machine);
      bind(machine, local);
    } catch (IOException | RuntimeException e) {
      machine.close();
      throw e;
    }
    AsynchronousSocketChannel stack = side;
    side = machine;
    stack.close();
  }

  /** The stack has found a port for who asked for none in particular; it may be taken outside. */
  private static void bind(AsynchronousSocketChannel machine, @Nullable InetSocketAddress local)
      throws IOException {
    if (local != null) {
      try {
        AsynchronousSocketChannel _ = machine.bind(local);
      } catch (BindException e) {
        if (local.getPort() != 0) {
          throw e;
        }
      }
    }
  }

  @Override
  public AsynchronousSocketChannel bind(@Nullable SocketAddress local) throws IOException {
    synchronized (options) {
      boolean both = provider.worlds().isBoth(local);
      boolean unbound = !chosen && isOpen() && side.getLocalAddress() == null;
      if (unbound && provider.worlds().isOutside(local)) {
        moveOutside((InetSocketAddress) local);
        decided();
        return this;
      }
      AsynchronousSocketChannel _ = side.bind(local);
      if (both && !chosen) {
        wildcard = local == null ? new InetSocketAddress(0) : (InetSocketAddress) local;
      } else if (!chosen) {
        decided();
      }
    }
    return this;
  }

  @Override
  public Future<Void> connect(SocketAddress remote) {
    try {
      choose(remote);
    } catch (IOException e) {
      closeAfter(e);
      return CompletableFuture.failedFuture(e);
    }
    return side.connect(remote);
  }

  @Override
  public <A extends @Nullable Object> void connect(
      SocketAddress remote, A attachment, CompletionHandler<Void, ? super A> handler) {
    Objects.requireNonNull(handler, "'handler' is null");
    try {
      choose(remote);
    } catch (IOException e) {
      closeAfter(e);
      group.execute(() -> handler.failed(e, attachment));
      return;
    }
    side.connect(remote, attachment, handler);
  }

  /** "If the connection cannot be established ... then the channel is closed". */
  private void closeAfter(IOException why) {
    try {
      close();
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (options) {
      side.close();
      if (!chosen) {
        decided();
      }
    }
  }

  // ---------------------------------------------------------------- passed through

  @Override
  public boolean isOpen() {
    return side.isOpen();
  }

  @Override
  public <A extends @Nullable Object> void read(
      ByteBuffer target,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    side.read(target, timeout, unit, attachment, handler);
  }

  @Override
  public Future<Integer> read(ByteBuffer target) {
    return side.read(target);
  }

  @Override
  public <A extends @Nullable Object> void read(
      ByteBuffer[] targets,
      int offset,
      int length,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Long, ? super A> handler) {
    side.read(targets, offset, length, timeout, unit, attachment, handler);
  }

  @Override
  public <A extends @Nullable Object> void write(
      ByteBuffer source,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    side.write(source, timeout, unit, attachment, handler);
  }

  @Override
  public Future<Integer> write(ByteBuffer source) {
    return side.write(source);
  }

  @Override
  public <A extends @Nullable Object> void write(
      ByteBuffer[] sources,
      int offset,
      int length,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Long, ? super A> handler) {
    side.write(sources, offset, length, timeout, unit, attachment, handler);
  }

  @Override
  public AsynchronousSocketChannel shutdownInput() throws IOException {
    AsynchronousSocketChannel _ = side.shutdownInput();
    return this;
  }

  @Override
  public AsynchronousSocketChannel shutdownOutput() throws IOException {
    AsynchronousSocketChannel _ = side.shutdownOutput();
    return this;
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    return side.getRemoteAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    return side.getLocalAddress();
  }

  @Override
  public <T> AsynchronousSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    synchronized (options) {
      AsynchronousSocketChannel _ = side.setOption(name, value);
      if (!chosen) {
        options.record(name, value);
      }
    }
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return side.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return side.supportedOptions();
  }

  @Override
  public String toString() {
    return side.toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.loopstack.agent.PendingAccept.Accepted;

/**
 * An asynchronous channel that listens where a {@link MixedServerSocketChannel} does.
 *
 * <p>Who accepts on the wildcard address asks all its sides. The first to answer is taken; what
 * another one answers then is kept for the next accept, so that a side may hold one connection that
 * nobody has asked for yet.
 */
final class MixedAsynchronousServerSocketChannel extends AsynchronousServerSocketChannel {
  private static final System.Logger LOG = System.getLogger("org.loopstack.agent");

  private final MixedAsynchronousChannelProvider provider;
  private final MixedChannelGroup group;
  private final OptionLog options;

  // Guarded by "options".
  private boolean bound;

  /** Where connections come from; the first one stands for all of them. Replaced, not changed. */
  private volatile List<AsynchronousServerSocketChannel> sides;

  // Guarded by "waiting".
  private final Deque<Accepted> waiting = new ArrayDeque<>();
  private final Set<AsynchronousServerSocketChannel> asked = new HashSet<>();
  private @Nullable PendingAccept<?> pending;
  private boolean cancelled;

  private MixedAsynchronousServerSocketChannel(
      MixedAsynchronousChannelProvider provider,
      MixedChannelGroup group,
      AsynchronousServerSocketChannel stack) {
    super(provider);
    this.provider = provider;
    this.group = group;
    this.options = new OptionLog(stack.supportedOptions());
    this.sides = List.of(stack);
  }

  /**
   * Opens one.
   *
   * @throws ShutdownChannelGroupException if the group takes no more
   */
  static MixedAsynchronousServerSocketChannel open(
      MixedAsynchronousChannelProvider provider, MixedChannelGroup group) throws IOException {
    AsynchronousServerSocketChannel stack =
        provider.inside().openAsynchronousServerSocketChannel(group.inside());
    MixedAsynchronousServerSocketChannel channel =
        new MixedAsynchronousServerSocketChannel(provider, group, stack);
    try {
      group.add(channel);
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
    return channel;
  }

  private AsynchronousServerSocketChannel side() {
    return sides.getFirst();
  }

  // ---------------------------------------------------------------- bind

  @Override
  public AsynchronousServerSocketChannel bind(@Nullable SocketAddress local, int backlog)
      throws IOException {
    synchronized (options) {
      if (!isOpen()) {
        throw new ClosedChannelException();
      }
      if (bound) {
        throw new AlreadyBoundException();
      }
      if (local instanceof InetSocketAddress outside && provider.worlds().isOutside(local)) {
        AsynchronousServerSocketChannel machine = listenOutside(outside, backlog);
        AsynchronousServerSocketChannel stack = side();
        sides = List.of(machine);
        stack.close();
      } else {
        AsynchronousServerSocketChannel _ = side().bind(local, backlog);
        if (provider.worlds().isBoth(local)) {
          listenEverywhere(backlog);
        }
      }
      bound = true;
      group.decided(this);
    }
    return this;
  }

  private AsynchronousServerSocketChannel listenOutside(InetSocketAddress local, int backlog)
      throws IOException {
    AsynchronousServerSocketChannel machine =
        provider.outside().openAsynchronousServerSocketChannel(group.outside());
    try {
      options.applyTo(machine);
      return machine.bind(local, backlog);
    } catch (IOException | RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  private void listenEverywhere(int backlog) throws IOException {
    int port = ((InetSocketAddress) side().getLocalAddress()).getPort();
    List<AsynchronousServerSocketChannel> all = new ArrayList<>(sides);
    boolean ipv4Only = Boolean.getBoolean("java.net.preferIPv4Stack");
    for (InetAddress address : provider.worlds().outsideAddresses(ipv4Only)) {
      InetSocketAddress outside = new InetSocketAddress(address, port);
      try {
        all.add(listenOutside(outside, backlog));
      } catch (BindException e) {
        OutsideTaken.tell(LOG, outside, e);
      } catch (IOException | RuntimeException e) {
        closeAll(all);
        throw e;
      }
    }
    sides = List.copyOf(all);
  }

  // ---------------------------------------------------------------- accept

  @Override
  public Future<AsynchronousSocketChannel> accept() {
    PendingAccept<@Nullable Object> operation = new PendingAccept<>(this, null, null);
    begin(operation);
    return operation;
  }

  @Override
  public <A extends @Nullable Object> void accept(
      A attachment, CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
    begin(new PendingAccept<>(this, attachment, Objects.requireNonNull(handler, "handler")));
  }

  private void begin(PendingAccept<?> operation) {
    if (!isOpen()) {
      end(operation, new Accepted.Failure(new ClosedChannelException()));
      return;
    }
    synchronized (options) {
      if (!bound) {
        throw new NotYetBoundException();
      }
    }
    Accepted before;
    synchronized (waiting) {
      if (cancelled) {
        throw new IllegalStateException("Accept not allowed due cancellation");
      }
      if (pending != null) {
        throw new AcceptPendingException();
      }
      before = waiting.poll();
      if (before == null) {
        pending = operation;
      }
    }
    if (before != null) {
      end(operation, before);
      return;
    }
    for (AsynchronousServerSocketChannel each : sides) {
      if (mayAsk(operation, each)) {
        ask(each);
      }
    }
  }

  /** Ends an operation that its own thread has begun. */
  private void end(PendingAccept<?> operation, Accepted with) {
    if (operation.hasHandler()) {
      group.execute(() -> operation.end(with));
    } else {
      operation.end(with);
    }
  }

  private boolean mayAsk(PendingAccept<?> operation, AsynchronousServerSocketChannel each) {
    synchronized (waiting) {
      return pending == operation && asked.add(each);
    }
  }

  private void ask(AsynchronousServerSocketChannel each) {
    each.accept(
        null,
        new CompletionHandler<AsynchronousSocketChannel, @Nullable Object>() {
          @Override
          public void completed(AsynchronousSocketChannel channel, @Nullable Object attachment) {
            Accepted connection =
                new Accepted.Connection(
                    MixedAsynchronousSocketChannel.accepted(provider, group, channel));
            if (group.isShutdown()) {
              connection.discard();
              answered(each, new Accepted.Failure(new ShutdownChannelGroupException()));
            } else {
              answered(each, connection);
            }
          }

          @Override
          public void failed(Throwable why, @Nullable Object attachment) {
            answered(each, new Accepted.Failure(why));
          }
        });
  }

  private void answered(AsynchronousServerSocketChannel from, Accepted with) {
    PendingAccept<?> operation;
    synchronized (waiting) {
      asked.remove(from);
      operation = pending;
      pending = null;
      if (operation == null && isOpen()) {
        waiting.add(with);
        return;
      }
    }
    if (operation == null) {
      with.discard();
    } else {
      operation.end(with);
    }
  }

  /** An accept was cancelled: as on the JDK, that leaves the channel unfit to accept. */
  void cancelled(PendingAccept<?> operation) {
    synchronized (waiting) {
      if (pending == operation) {
        pending = null;
        cancelled = true;
      }
    }
  }

  // ---------------------------------------------------------------- the rest

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    return side().getLocalAddress();
  }

  @Override
  public <T> AsynchronousServerSocketChannel setOption(SocketOption<T> name, T value)
      throws IOException {
    synchronized (options) {
      for (AsynchronousServerSocketChannel each : sides) {
        if (each == side() || each.supportedOptions().contains(name)) {
          AsynchronousServerSocketChannel _ = each.setOption(name, value);
        }
      }
      if (!bound) {
        options.record(name, value);
      }
    }
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return side().getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return side().supportedOptions();
  }

  @Override
  public boolean isOpen() {
    return side().isOpen();
  }

  @Override
  public void close() throws IOException {
    synchronized (options) {
      closeAll(sides);
      group.decided(this);
    }
    synchronized (waiting) {
      waiting.forEach(Accepted::discard);
      waiting.clear();
    }
  }

  private static void closeAll(List<AsynchronousServerSocketChannel> channels) throws IOException {
    for (AsynchronousServerSocketChannel each : channels) {
      each.close();
    }
  }

  @Override
  public String toString() {
    return side().toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;

/** An asynchronous channel that listens on a stack. */
final class StackAsynchronousServerSocketChannel extends AsynchronousServerSocketChannel
    implements StackAsynchronousChannel {
  private final StackChannelGroup group;
  private final StackSelectorProvider stack;
  private final AddressFamily family;
  private final ListenerEndpoint endpoint;
  private final Options options;
  private final OperationSlot<AsynchronousSocketChannel> accepting;

  // Changed under the monitor.
  private volatile boolean closed;
  private volatile @Nullable InetSocketAddress local;

  StackAsynchronousServerSocketChannel(
      StackChannelGroup group, StackSelectorProvider stack, ListenerEndpoint endpoint)
      throws IOException {
    super(group.provider());
    this.group = group;
    this.stack = stack;
    this.family = stack.family();
    this.endpoint = endpoint;
    this.options = new Options(endpoint, false);
    this.accepting =
        new OperationSlot<>(
            stack.engine(),
            group,
            AcceptPendingException::new,
            () -> new IllegalStateException("Accept not allowed due cancellation"));
    endpoint.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    group.add(this);
    var _ = stack.opened(this);
    endpoint.setReadinessListener(this::ready);
  }

  private void ready(int bits) {
    if ((bits & Readiness.ACCEPT) != 0) {
      accepting.ready();
    }
  }

  @Override
  public StackChannelGroup group() {
    return group;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public synchronized AsynchronousServerSocketChannel bind(
      @Nullable SocketAddress address, int backlog) throws IOException {
    InetSocketAddress inet = address == null ? null : Addresses.check(address, family);
    ensureOpen();
    if (local != null) {
      throw new AlreadyBoundException();
    }
    try {
      endpoint.bind(Addresses.local(inet, family));
      endpoint.listen(backlog < 1 ? StackServerSocketChannel.DEFAULT_BACKLOG : backlog);
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
    local = Addresses.toJava(endpoint.localAddress(), family);
    return this;
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return local;
  }

  @Override
  public <T> AsynchronousServerSocketChannel setOption(SocketOption<T> name, @Nullable T value)
      throws IOException {
    options.change(this, name, value);
    return this;
  }

  @Override
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    return options.value(this, name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options.supported();
  }

  @Override
  public Future<AsynchronousSocketChannel> accept() {
    PendingOperation<AsynchronousSocketChannel, @Nullable Object> operation =
        new PendingOperation<>(this, null, null);
    begin(operation);
    return operation;
  }

  @Override
  public <A extends @Nullable Object> void accept(
      A attachment, CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
    begin(new PendingOperation<>(this, attachment, Objects.requireNonNull(handler, "handler")));
  }

  private void begin(PendingOperation<AsynchronousSocketChannel, ?> operation) {
    if (closed) {
      operation.fail(new ClosedChannelException(), true);
      return;
    }
    if (local == null) {
      throw new NotYetBoundException();
    }
    accepting.begin(operation, this::tryAccept, 0);
  }

  private boolean tryAccept(PendingOperation<AsynchronousSocketChannel, ?> operation)
      throws IOException {
    if (closed) {
      throw new AsynchronousCloseException();
    }
    StreamEndpoint accepted;
    try {
      accepted = endpoint.accept();
    } catch (ErrnoException e) {
      throw closed ? new AsynchronousCloseException() : SocketErrors.control(e);
    }
    if (accepted == null) {
      return false;
    }
    StackAsynchronousSocketChannel channel =
        StackAsynchronousSocketChannel.accepted(group, stack, accepted);
    operation.result(channel);
    if (operation.isCancelled()) {
      channel.closeQuietly();
    }
    return true;
  }

  @Override
  public void cancelled() {}

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    stack.closed(this);
    endpoint.setReadinessListener(null);
    endpoint.close();
    accepting.fail(new AsynchronousCloseException());
    group.remove(this);
  }

  @Override
  public void closeQuietly() {
    close();
  }

  @Override
  public String toString() {
    InetSocketAddress bound = local;
    String state = closed ? "closed" : bound == null ? "unbound" : bound.toString();
    return AsynchronousServerSocketChannel.class.getName() + "[" + state + "]";
  }
}

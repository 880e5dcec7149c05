// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;

/** A listening channel of a stack: one thread at a time accepts, holding the accept lock. */
final class StackServerSocketChannel extends ServerSocketChannel implements Pollable {
  /** What a backlog of less than 1 means to {@code bind}. */
  static final int DEFAULT_BACKLOG = 50;

  private final StackSelectorProvider provider;
  private final Engine engine;
  private final AddressFamily family;
  private final ListenerEndpoint endpoint;
  private final Signals signals;
  private final Options options;
  private final ReentrantLock acceptLock = new ReentrantLock();
  private final ReentrantLock bindLock = new ReentrantLock();
  private volatile @Nullable InetSocketAddress local;
  private volatile @Nullable StackServerSocket socket;

  /** A channel that is not bound, with SO_REUSEADDR set as on the JDK. */
  StackServerSocketChannel(
      StackSelectorProvider provider, AddressFamily family, ListenerEndpoint endpoint)
      throws ErrnoException {
    super(provider);
    this.provider = provider;
    this.engine = provider.engine();
    this.family = family;
    this.endpoint = endpoint;
    this.signals = new Signals(engine);
    this.options = new Options(endpoint, false);
    endpoint.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    endpoint.setReadinessListener(signals);
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public ServerSocketChannel bind(@Nullable SocketAddress address, int backlog) throws IOException {
    bindLock.lock();
    try {
      ensureOpen();
      if (local != null) {
        throw new AlreadyBoundException();
      }
      InetSocketAddress inet = address == null ? null : Addresses.check(address, family);
      endpoint.bind(Addresses.local(inet, family));
      endpoint.listen(backlog < 1 ? DEFAULT_BACKLOG : backlog);
      local = Addresses.toJava(endpoint.localAddress(), family);
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    } finally {
      bindLock.unlock();
    }
    return this;
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return local;
  }

  /** Where the channel is or was bound. */
  @Nullable InetSocketAddress local() {
    return local;
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, @Nullable T value)
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
  public ServerSocket socket() {
    StackServerSocket s = socket;
    if (s == null) {
      synchronized (this) {
        s = socket;
        if (s == null) {
          s = new StackServerSocket(this);
          socket = s;
        }
      }
    }
    return s;
  }

  @Override
  public int readyOps() {
    return endpoint.readiness() & SelectionKey.OP_ACCEPT;
  }

  @Override
  public Signals signals() {
    return signals;
  }

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    acceptLock.lock();
    try {
      boolean blocking = beginAccept();
      StreamEndpoint accepted = tryAccept();
      if (accepted == null && blocking) {
        accepted = awaitAccept(Clock.NEVER);
      }
      return accepted == null ? null : channel(accepted);
    } finally {
      acceptLock.unlock();
    }
  }

  /**
   * Accepts, for a socket over this channel, which must be blocking.
   *
   * @param timeout nanoseconds, 0 for none
   */
  SocketChannel accept(long timeout) throws IOException {
    acceptLock.lock();
    try {
      if (!beginAccept()) {
        throw new IllegalBlockingModeException();
      }
      StreamEndpoint accepted = tryAccept();
      if (accepted == null) {
        accepted = awaitAccept(timeout == 0 ? Clock.NEVER : Clock.after(engine.now(), timeout));
      }
      return channel(accepted);
    } finally {
      acceptLock.unlock();
    }
  }

  private SocketChannel channel(StreamEndpoint accepted) {
    return StackSocketChannel.accepted(provider, family, accepted);
  }

  private boolean beginAccept() throws IOException {
    ensureOpen();
    if (local == null) {
      throw new NotYetBoundException();
    }
    boolean blocking = isBlocking();
    if (blocking && Thread.currentThread().isInterrupted()) {
      begin();
      end(false);
    }
    return blocking;
  }

  private @Nullable StreamEndpoint tryAccept() throws IOException {
    try {
      return endpoint.accept();
    } catch (ErrnoException e) {
      if (!isOpen()) {
        throw new AsynchronousCloseException();
      }
      throw SocketErrors.control(e);
    }
  }

  private StreamEndpoint awaitAccept(long deadline) throws IOException {
    StreamEndpoint accepted = null;
    Waiter waiter = signals.reader();
    begin();
    waiter.prepare();
    try {
      while (isOpen() && (accepted = tryAccept()) == null) {
        if (deadline != Clock.NEVER && engine.now() >= deadline) {
          throw new SocketTimeoutException("Accept timed out");
        }
        waiter.park(deadline);
      }
    } finally {
      waiter.done();
      endAccept(accepted);
    }
    if (accepted == null) {
      throw new AsynchronousCloseException();
    }
    return accepted;
  }

  /** A connection that was accepted while the thread was interrupted has nobody who owns it. */
  private void endAccept(@Nullable StreamEndpoint accepted) throws AsynchronousCloseException {
    try {
      end(accepted != null);
    } catch (AsynchronousCloseException e) {
      if (accepted != null) {
        accepted.close();
      }
      throw e;
    }
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    acceptLock.lock();
    try {
      // Nobody is in a blocking call now, and isBlocking is the base class's.
    } finally {
      acceptLock.unlock();
    }
  }

  @Override
  protected void implCloseSelectableChannel() {
    provider.closed(this);
    endpoint.close();
    signals.closed();
    endpoint.setReadinessListener(null);
  }

  @Override
  public String toString() {
    InetSocketAddress bound = local;
    String state = !isOpen() ? "closed" : bound == null ? "unbound" : bound.toString();
    return ServerSocketChannel.class.getName() + "[" + state + "]";
  }
}

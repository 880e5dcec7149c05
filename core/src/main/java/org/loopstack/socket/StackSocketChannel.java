// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Mutex;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;

/**
 * A stream channel of a stack.
 *
 * <p>One thread at a time reads, holding the read lock, and one writes, holding the write lock;
 * connecting, binding and changing the blocking mode take both. A blocking call tries the endpoint
 * first; only if it has to wait does it announce itself to {@link #begin}, so that an interrupt or
 * a close by another thread ends it. Closing takes no lock that a waiting thread holds.
 */
final class StackSocketChannel extends SocketChannel implements Pollable, StreamOwner {
  private enum State {
    UNCONNECTED,
    PENDING,
    CONNECTED
  }

  private final StackSelectorProvider provider;
  private final Engine engine;
  private final AddressFamily family;
  private final StreamEndpoint endpoint;
  private final Signals signals;
  private volatile @Nullable Options options;
  private final Mutex readLock = new Mutex();
  private final Mutex writeLock = new Mutex();
  private final StreamReader reader;
  private final StreamWriter writer;

  private volatile State state = State.UNCONNECTED;
  private volatile boolean bound;

  /** Where a user has connected it to, with the name that the user gave. */
  private volatile @Nullable InetSocketAddress remote;

  private volatile boolean inputShut;
  private volatile boolean outputShut;

  private volatile @Nullable StackSocket socket;

  /** A channel that is not connected. */
  StackSocketChannel(
      StackSelectorProvider provider, AddressFamily family, StreamEndpoint endpoint) {
    super(provider);
    this.provider = provider;
    this.engine = provider.engine();
    this.family = family;
    this.endpoint = endpoint;
    this.signals = new Signals(engine);
    this.reader = new StreamReader(this, endpoint, readLock);
    this.writer = new StreamWriter(this, endpoint, writeLock);
    endpoint.setReadinessListener(signals);
  }

  /** A channel for a connection that was accepted. */
  static StackSocketChannel accepted(
      StackSelectorProvider provider, AddressFamily family, StreamEndpoint endpoint) {
    StackSocketChannel channel = new StackSocketChannel(provider, family, endpoint);
    channel.bound = true;
    channel.state = State.CONNECTED;
    return provider.opened(channel);
  }

  // ---------------------------------------------------------------- state

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public void ensureConnected() throws ClosedChannelException {
    ensureOpen();
    if (state != State.CONNECTED) {
      throw new NotYetConnectedException();
    }
  }

  /** Whether the channel is closed, or about to be with its whole stack. */
  @Override
  public boolean isGone() {
    return !isOpen() || provider.isDown();
  }

  /**
   * "If a thread's interrupt status is already set and it invokes a blocking I/O operation upon a
   * channel then the channel will be closed and the thread will immediately receive a
   * ClosedByInterruptException": {@link #begin} closes, {@link #end} throws.
   */
  @Override
  public void closeIfInterrupted() throws AsynchronousCloseException {
    if (Thread.currentThread().isInterrupted()) {
      beginWait();
      endWait(false);
    }
  }

  /** The calling thread is about to wait: from now on an interrupt closes the channel. */
  @Override
  public void beginWait() {
    begin();
  }

  /**
   * The calling thread waits no more.
   *
   * @throws AsynchronousCloseException if the channel was closed meanwhile, unless the operation
   *     had completed; a ClosedByInterruptException if the thread was interrupted
   */
  @Override
  public void endWait(boolean completed) throws AsynchronousCloseException {
    end(completed);
  }

  @Override
  public boolean isConnected() {
    return state == State.CONNECTED && isOpen();
  }

  @Override
  public boolean isConnectionPending() {
    return state == State.PENDING && isOpen();
  }

  @Override
  public boolean isInputShut() {
    return inputShut;
  }

  @Override
  public boolean isOutputShut() {
    return outputShut;
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return local();
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    ensureOpen();
    return remote();
  }

  /** Where the channel is or was bound. */
  @Nullable InetSocketAddress local() {
    return bound ? Addresses.toJava(endpoint.localAddress(), family) : null;
  }

  /** Where the channel is, was or is being connected to. */
  @Nullable InetSocketAddress remote() {
    InetSocketAddress given = remote;
    return given == null && state == State.CONNECTED
        ? Addresses.toJava(endpoint.remoteAddress(), family)
        : given;
  }

  @Override
  public int readyOps() {
    return switch (state) {
      case UNCONNECTED -> 0;
      case PENDING -> endpoint.readiness() & SelectionKey.OP_CONNECT;
      case CONNECTED -> {
        int ready = endpoint.readiness() & (SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        ready |= inputShut ? SelectionKey.OP_READ : 0;
        ready |= outputShut ? SelectionKey.OP_WRITE : 0;
        yield ready;
      }
    };
  }

  @Override
  public Signals signals() {
    return signals;
  }

  @Override
  public Socket socket() {
    StackSocket s = socket;
    if (s == null) {
      synchronized (this) {
        s = socket;
        if (s == null) {
          s = StackSocket.over(this);
          socket = s;
        }
      }
    }
    return s;
  }

  // ---------------------------------------------------------------- options

  /** Made when somebody asks: few channels have any of their own. */
  private Options options() {
    Options o = options;
    if (o == null) {
      synchronized (this) {
        o = options;
        if (o == null) {
          o = new Options(endpoint, true);
          options = o;
        }
      }
    }
    return o;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    options().change(this, name, value);
    return this;
  }

  @Override
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    return options().value(this, name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options().supported();
  }

  // ---------------------------------------------------------------- bind and connect

  @Override
  public SocketChannel bind(@Nullable SocketAddress address) throws IOException {
    lockBoth();
    try {
      ensureOpen();
      if (state == State.PENDING) {
        throw new ConnectionPendingException();
      }
      if (bound) {
        throw new AlreadyBoundException();
      }
      InetSocketAddress inet = address == null ? null : Addresses.check(address, family);
      endpoint.bind(Addresses.local(inet, family));
      bound = true;
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    } finally {
      unlockBoth();
    }
    return this;
  }

  private void lockBoth() {
    readLock.lock();
    writeLock.lock();
  }

  private void unlockBoth() {
    writeLock.unlock();
    readLock.unlock();
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    InetSocketAddress target = Addresses.checkRemote(address, family);
    lockBoth();
    try {
      beginConnect(target);
      return isBlocking() && awaitConnection(Clock.NEVER);
    } finally {
      unlockBoth();
    }
  }

  /** Connects with a time limit in nanoseconds, 0 for none; the channel must be blocking. */
  void connect(SocketAddress address, long timeout) throws IOException {
    InetSocketAddress target = Addresses.checkRemote(address, family);
    lockBoth();
    try {
      ensureBlocking();
      beginConnect(target);
      boolean _ = awaitConnection(deadline(timeout));
    } finally {
      unlockBoth();
    }
  }

  @Override
  public void ensureBlocking() {
    if (!isBlocking()) {
      throw new IllegalBlockingModeException();
    }
  }

  @Override
  public long deadline(long timeout) {
    return timeout == 0 ? Clock.NEVER : Clock.after(engine.now(), timeout);
  }

  private void beginConnect(InetSocketAddress target) throws IOException {
    ensureOpen();
    switch (state) {
      case CONNECTED -> throw new AlreadyConnectedException();
      case PENDING -> throw new ConnectionPendingException();
      case UNCONNECTED -> {}
    }
    if (isBlocking()) {
      closeIfInterrupted();
    }
    try {
      endpoint.connect(Addresses.of(target));
    } catch (ErrnoException e) {
      throw connectFailed(e);
    }
    remote = target;
    bound = true;
    state = State.PENDING;
  }

  /** "If an attempt fails, the channel is closed" - unless it is closed, and that is the reason. */
  private IOException connectFailed(ErrnoException e) throws IOException {
    if (isGone()) {
      return new AsynchronousCloseException();
    }
    close();
    return SocketErrors.control(e);
  }

  @Override
  public boolean finishConnect() throws IOException {
    lockBoth();
    try {
      ensureOpen();
      return switch (state) {
        case CONNECTED -> true;
        case UNCONNECTED -> throw new NoConnectionPendingException();
        case PENDING -> {
          if (isBlocking()) {
            closeIfInterrupted();
            yield awaitConnection(Clock.NEVER);
          }
          yield tryConnect();
        }
      };
    } finally {
      unlockBoth();
    }
  }

  private boolean tryConnect() throws IOException {
    try {
      if (!endpoint.finishConnect()) {
        return false;
      }
    } catch (ErrnoException e) {
      throw connectFailed(e);
    }
    connected();
    return true;
  }

  private void connected() {
    state = State.CONNECTED;
    // What was OP_CONNECT to a selector is OP_WRITE now, without any event.
    signals.ready(Readiness.ALL);
  }

  private boolean awaitConnection(long deadline) throws IOException {
    try {
      if (!endpoint.finishConnect()) {
        parkUntilConnected(deadline);
      }
    } catch (ErrnoException e) {
      throw connectFailed(e);
    } catch (SocketTimeoutException e) {
      close();
      throw e;
    }
    connected();
    return true;
  }

  private void parkUntilConnected(long deadline) throws IOException {
    boolean connected = false;
    Waiter waiter = signals.reader();
    beginWait();
    waiter.prepare();
    try {
      while (isOpen()) {
        connected = endpoint.finishConnect();
        if (connected) {
          break;
        }
        park(waiter, deadline, "Connect timed out");
      }
    } finally {
      waiter.done();
      endWait(connected);
    }
  }

  @Override
  public void park(Waiter waiter, long deadline, String timedOut) throws SocketTimeoutException {
    if (deadline != Clock.NEVER && engine.now() >= deadline) {
      throw new SocketTimeoutException(timedOut);
    }
    waiter.park(deadline);
  }

  // ---------------------------------------------------------------- read and write

  @Override
  public int read(ByteBuffer target) throws IOException {
    return reader.read(target);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return reader.read(targets, offset, length);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return writer.write(source);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return writer.write(sources, offset, length);
  }

  StreamReader reader() {
    return reader;
  }

  StreamWriter writer() {
    return writer;
  }

  /** How many bytes a read would find now. */
  int available() throws IOException {
    ensureConnected();
    return inputShut ? 0 : endpoint.available();
  }

  // ---------------------------------------------------------------- shutdown and close

  @Override
  public SocketChannel shutdownInput() throws IOException {
    ensureConnected();
    if (!inputShut) {
      inputShut = true;
      try {
        endpoint.shutdownInput();
      } catch (ErrnoException e) {
        ignoreNotConnected(e);
      }
      signals.ready(Readiness.READ);
    }
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    ensureConnected();
    if (!outputShut) {
      outputShut = true;
      try {
        endpoint.shutdownOutput();
      } catch (ErrnoException e) {
        ignoreNotConnected(e);
      }
      signals.ready(Readiness.WRITE);
    }
    return this;
  }

  /** A connection that the peer has reset meanwhile is shut down as far as anybody can tell. */
  private static void ignoreNotConnected(ErrnoException e) throws IOException {
    if (e.errno() != Errno.ENOTCONN) {
      throw SocketErrors.control(e);
    }
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    // Waits for a blocking call to end, as specified; isBlocking is the base class's.
    lockBoth();
    unlockBoth();
  }

  @Override
  protected void implCloseSelectableChannel() {
    provider.closed(this);
    Options own = options;
    int linger = own != null && state == State.CONNECTED ? own.linger() : -1;
    // "Intended for use with sockets that are configured in blocking mode only."
    Lingering.close(endpoint, signals, engine, linger > 0 && !isBlocking() ? -1 : linger);
  }

  /** A close from now on does not wait. */
  void doNotLinger() {
    options().doNotLinger();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(SocketChannel.class.getName()).append('[');
    if (!isOpen()) {
      return text.append("closed]").toString();
    }
    text.append(
        switch (state) {
          case UNCONNECTED -> "unconnected";
          case PENDING -> "connection-pending";
          case CONNECTED -> "connected";
        });
    text.append(inputShut ? " ishut" : "").append(outputShut ? " oshut" : "");
    InetSocketAddress own = local();
    InetSocketAddress peer = remote();
    text.append(own == null ? "" : " local=" + own).append(peer == null ? "" : " remote=" + peer);
    return text.append(']').toString();
  }
}

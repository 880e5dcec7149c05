// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;

/**
 * A connection as {@code java.net} sees it: always blocking, closed by no interrupt of a platform
 * thread, with an end of stream that stays. One thread at a time reads or connects, holding the
 * read lock, and one writes, holding the write lock; closing takes neither.
 */
final class BlockingStream implements BlockingSocket, StreamOwner {
  private enum State {
    UNCONNECTED,
    CONNECTING,
    CONNECTED,
    CLOSED
  }

  private final StackSelectorProvider provider;
  private final Engine engine;
  private final AddressFamily family;
  private final StreamEndpoint endpoint;
  private final Signals signals;
  private final Options options;
  private final ReentrantLock readLock = new ReentrantLock();
  private final ReentrantLock writeLock = new ReentrantLock();
  private final StreamReader reader;
  private final StreamWriter writer;

  /** Changed by {@link #move} alone. */
  private volatile State state = State.UNCONNECTED;

  private volatile boolean inputShut;

  /** Guarded by the read lock. */
  private boolean atEnd;

  BlockingStream(StackSelectorProvider provider, AddressFamily family, StreamEndpoint endpoint) {
    this.provider = provider;
    this.engine = provider.engine();
    this.family = family;
    this.endpoint = endpoint;
    this.signals = new Signals(engine);
    this.options = new Options(endpoint, true);
    this.reader = new StreamReader(this, endpoint, readLock);
    this.writer = new StreamWriter(this, endpoint, writeLock);
    endpoint.setReadinessListener(signals);
  }

  /** A connection that was accepted. */
  static BlockingStream accepted(
      StackSelectorProvider provider, AddressFamily family, StreamEndpoint endpoint) {
    BlockingStream stream = new BlockingStream(provider, family, endpoint);
    stream.state = State.CONNECTED;
    return provider.opened(stream);
  }

  /** Moves from one state to another, unless another thread was faster. */
  private synchronized boolean move(State from, State to) {
    if (state != from) {
      return false;
    }
    state = to;
    return true;
  }

  @Override
  public Options options() {
    return options;
  }

  @Override
  public @Nullable InetSocketAddress local() {
    return Addresses.toJava(endpoint.localAddress(), family);
  }

  InetSocketAddress remote() {
    return Addresses.toKnown(Objects.requireNonNull(endpoint.remoteAddress()), family);
  }

  // ---------------------------------------------------------------- as the owner of its stream

  @Override
  public void ensureConnected() throws SocketException {
    State now = state;
    if (now == State.CLOSED || provider.isDown()) {
      throw new SocketException("Socket closed");
    }
    if (now != State.CONNECTED) {
      throw new SocketException("Not connected");
    }
  }

  @Override
  public boolean isOpen() {
    return state != State.CLOSED;
  }

  @Override
  public boolean isGone() {
    return !isOpen() || provider.isDown();
  }

  @Override
  public Signals signals() {
    return signals;
  }

  @Override
  public boolean isBlocking() {
    return true;
  }

  @Override
  public void ensureBlocking() {}

  @Override
  public boolean isInputShut() {
    return inputShut;
  }

  /** The endpoint says it: "Broken pipe". */
  @Override
  public boolean isOutputShut() {
    return false;
  }

  @Override
  public void closeIfInterrupted() {}

  @Override
  public void beginWait() {}

  @Override
  public void endWait(boolean completed) throws SocketException {
    if (!completed && isGone()) {
      throw new SocketException("Socket closed");
    }
  }

  @Override
  public long deadline(long timeout) {
    return timeout == 0 ? Clock.NEVER : Clock.after(engine.now(), timeout);
  }

  @Override
  public void park(Waiter waiter, long deadline, String timedOut) throws InterruptedIOException {
    Blocking.park(engine, waiter, deadline, timedOut);
  }

  // ---------------------------------------------------------------- bind and connect

  @Override
  public void bind(InetAddress host, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    try {
      endpoint.bind(Addresses.local(Addresses.check(address, family), family));
    } catch (ErrnoException | UnsupportedAddressTypeException e) {
      throw Blocking.failed(e);
    }
  }

  /** Connects, and closes if that fails. */
  void connect(InetSocketAddress target, int millis) throws IOException {
    readLock.lock();
    try {
      if (!move(State.UNCONNECTED, State.CONNECTING)) {
        throw new SocketException(
            switch (state) {
              case CONNECTED -> "Already connected";
              case CONNECTING -> "Connection in progress";
              case CLOSED, UNCONNECTED -> "Socket closed";
            });
      }
      endpoint.connect(Addresses.of(Addresses.checkRemote(target, family)));
      awaitConnection(deadline(TimeUnit.MILLISECONDS.toNanos(millis)));
      if (!move(State.CONNECTING, State.CONNECTED)) {
        throw new SocketException("Socket closed");
      }
    } catch (IOException | UnsupportedAddressTypeException e) {
      boolean wasGone = isGone();
      close();
      throw wasGone ? new SocketException("Socket closed") : connectFailed(e);
    } finally {
      readLock.unlock();
    }
  }

  private static IOException connectFailed(Exception e) {
    return e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)
        ? new SocketException("Closed by interrupt")
        : Blocking.failed(e);
  }

  private void awaitConnection(long deadline) throws IOException {
    Waiter waiter = signals.reader();
    waiter.prepare();
    try {
      while (!isGone() && !endpoint.finishConnect()) {
        park(waiter, deadline, "Connect timed out");
      }
    } finally {
      waiter.done();
    }
  }

  // ---------------------------------------------------------------- read and write

  /** Reads at least one byte, in that time; 0 is any. */
  int read(byte[] target, int offset, int length, int millis) throws IOException {
    if (length == 0) {
      return 0;
    }
    long begun = engine.now();
    Blocking.lock(engine, readLock, millis, "Read timed out");
    try {
      if (atEnd) {
        return -1;
      }
      long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
      long left = millis == 0 ? 0 : Math.max(1, nanos - (engine.now() - begun));
      int n = reader.read(target, offset, length, left);
      atEnd = n < 0;
      return n;
    } catch (IOException e) {
      throw Blocking.failed(e);
    } finally {
      readLock.unlock();
    }
  }

  void write(byte[] source, int offset, int length) throws IOException {
    try {
      writer.write(source, offset, length);
    } catch (IOException e) {
      throw Blocking.failed(e);
    }
  }

  void writeUrgent(byte value) throws IOException {
    boolean sent;
    try {
      sent = writer.offerUrgent(value);
    } catch (IOException e) {
      throw Blocking.failed(e);
    }
    if (!sent) {
      throw new SocketException("No buffer space available");
    }
  }

  int available() throws IOException {
    ensureConnected();
    return inputShut ? 0 : endpoint.available();
  }

  // ---------------------------------------------------------------- shutdown and close

  void shutdownInput() throws IOException {
    ensureConnected();
    inputShut = true;
    try {
      endpoint.shutdownInput();
    } catch (ErrnoException e) {
      throw shutdownFailed(e);
    }
    signals.ready(Readiness.READ);
  }

  void shutdownOutput() throws IOException {
    ensureConnected();
    try {
      endpoint.shutdownOutput();
    } catch (ErrnoException e) {
      throw shutdownFailed(e);
    }
    signals.ready(Readiness.WRITE);
  }

  private static IOException shutdownFailed(ErrnoException e) {
    return e.errno() == Errno.ENOTCONN
        ? new SocketException(e.errno().text())
        : SocketErrors.control(e);
  }

  @Override
  public void close() {
    State before;
    synchronized (this) {
      before = state;
      state = State.CLOSED;
    }
    if (before == State.CLOSED) {
      return;
    }
    provider.closed(this);
    int linger = before == State.CONNECTED ? options.linger() : -1;
    Lingering.close(endpoint, signals, engine, linger);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;

/**
 * A datagram channel of a stack. One thread at a time receives, holding the read lock, and one
 * sends, holding the write lock; binding, connecting and changing the blocking mode take both.
 */
final class StackDatagramChannel extends DatagramChannel implements Pollable {
  private final StackSelectorProvider provider;
  private final Engine engine;
  private final AddressFamily family;

  /** Whether an interrupt closes the channel; the ones behind sockets of java.net have it not. */
  private final boolean interruptible;

  private final DatagramEndpoint endpoint;
  private final Signals signals;
  private final Options options;
  private final ReentrantLock readLock = new ReentrantLock();
  private final ReentrantLock writeLock = new ReentrantLock();

  /** A first reader and a first writer may want to bind at once. */
  private final ReentrantLock bindLock = new ReentrantLock();

  private final DatagramReader reader;
  private final DatagramWriter writer;
  private final Memberships memberships;
  private volatile @Nullable InetSocketAddress local;
  private volatile @Nullable StackDatagramSocket socket;
  private volatile @Nullable InetSocketAddress remote;

  StackDatagramChannel(
      StackSelectorProvider provider,
      AddressFamily family,
      DatagramEndpoint endpoint,
      boolean interruptible) {
    super(provider);
    this.interruptible = interruptible;
    this.provider = provider;
    this.engine = provider.engine();
    this.family = family;
    this.endpoint = endpoint;
    this.signals = new Signals(engine);
    this.options = new Options(endpoint, false);
    this.reader = new DatagramReader(this, endpoint, signals.reader(), readLock);
    this.writer = new DatagramWriter(this, endpoint, signals.writer(), writeLock);
    this.memberships = new Memberships(this, family, endpoint);
    endpoint.setReadinessListener(signals);
  }

  void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  void ensureConnected() throws ClosedChannelException {
    ensureOpen();
    if (remote == null) {
      throw new NotYetConnectedException();
    }
  }

  /** As {@link StackSocketChannel#closeIfInterrupted}. */
  void closeIfInterrupted() throws AsynchronousCloseException {
    if (interruptible && Thread.currentThread().isInterrupted()) {
      begin();
      end(false);
    }
  }

  /** As {@link StackSocketChannel#beginWait}. */
  void beginWait() {
    if (interruptible) {
      begin();
    }
  }

  /** As {@link StackSocketChannel#endWait}. */
  void endWait(boolean completed) throws AsynchronousCloseException {
    if (interruptible) {
      end(completed);
    } else if (!completed && !isOpen()) {
      throw new AsynchronousCloseException();
    }
  }

  /** As {@link StreamOwner#park}. */
  void park(Waiter waiter, long deadline) throws InterruptedIOException {
    if (!interruptible) {
      Blocking.park(engine, waiter, deadline, "Receive timed out");
    } else if (deadline != Clock.NEVER && engine.now() >= deadline) {
      throw new SocketTimeoutException("Receive timed out");
    } else {
      waiter.park(deadline);
    }
  }

  AddressFamily family() {
    return family;
  }

  long deadline(long timeout) {
    return timeout == 0 ? Clock.NEVER : Clock.after(engine.now(), timeout);
  }

  @Override
  public boolean isConnected() {
    return remote != null && isOpen();
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return local;
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    ensureOpen();
    return remote;
  }

  /** Where the channel is or was bound. */
  @Nullable InetSocketAddress local() {
    return local;
  }

  /** Where the channel is or was connected to. */
  @Nullable InetSocketAddress remote() {
    return remote;
  }

  @Override
  public int readyOps() {
    return endpoint.readiness() & (SelectionKey.OP_READ | SelectionKey.OP_WRITE);
  }

  @Override
  public Signals signals() {
    return signals;
  }

  @Override
  public DatagramSocket socket() {
    StackDatagramSocket s = socket;
    if (s == null) {
      synchronized (this) {
        s = socket;
        if (s == null) {
          s = new StackDatagramSocket(this, interruptible);
          socket = s;
        }
      }
    }
    return s;
  }

  @Override
  public <T> DatagramChannel setOption(SocketOption<T> name, @Nullable T value) throws IOException {
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

  // ---------------------------------------------------------------- bind and connect

  private void lockBoth() {
    readLock.lock();
    writeLock.lock();
  }

  private void unlockBoth() {
    writeLock.unlock();
    readLock.unlock();
  }

  @Override
  public DatagramChannel bind(@Nullable SocketAddress address) throws IOException {
    lockBoth();
    try {
      ensureOpen();
      if (local != null) {
        throw new AlreadyBoundException();
      }
      bindTo(address == null ? null : Addresses.check(address, family));
    } finally {
      unlockBoth();
    }
    return this;
  }

  /** "If the socket is not bound then it is bound to an address assigned automatically." */
  void bindIfUnbound() throws IOException {
    if (local != null) {
      return;
    }
    bindLock.lock();
    try {
      if (local == null) {
        bindTo(null);
      }
    } finally {
      bindLock.unlock();
    }
  }

  private void bindTo(@Nullable InetSocketAddress address) throws IOException {
    try {
      endpoint.bind(Addresses.local(address, family));
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
    local = Addresses.toJava(endpoint.localAddress(), family);
  }

  @Override
  public DatagramChannel connect(SocketAddress address) throws IOException {
    connect(address, false);
    return this;
  }

  /** Connects; a {@code java.net} socket may do so again, to another address. */
  void connect(SocketAddress address, boolean again) throws IOException {
    InetSocketAddress target = Addresses.checkRemote(address, family);
    lockBoth();
    try {
      ensureOpen();
      if (remote != null && !again) {
        throw new AlreadyConnectedException();
      }
      if (target.getPort() == 0) {
        throw new SocketException("Can't connect to port 0");
      }
      if (remote == null) {
        bindIfUnbound();
      }
      connectTo(target);
    } finally {
      unlockBoth();
    }
  }

  private void connectTo(InetSocketAddress target) throws IOException {
    try {
      endpoint.connect(Addresses.of(target));
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
    remote = target;
    local = Addresses.toJava(endpoint.localAddress(), family);
    discardReceived();
  }

  /** What had come from others before is not what a connected channel wants to read. */
  private void discardReceived() {
    ByteBuffer empty = ByteBuffer.allocate(0);
    while ((endpoint.readiness() & SelectionKey.OP_READ) != 0) {
      try {
        if (endpoint.receive(empty) == null) {
          return;
        }
      } catch (ErrnoException e) {
        // An error about an earlier datagram: discarded as well.
      }
    }
  }

  @Override
  public DatagramChannel disconnect() throws IOException {
    lockBoth();
    try {
      if (remote != null) {
        endpoint.disconnect();
        remote = null;
        local = Addresses.toJava(endpoint.localAddress(), family);
      }
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    } finally {
      unlockBoth();
    }
    return this;
  }

  // ---------------------------------------------------------------- receive and send

  @Override
  public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
    return reader.receive(target);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return reader.read(target);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return reader.read(targets, offset, length);
  }

  @Override
  public int send(ByteBuffer source, SocketAddress target) throws IOException {
    return writer.send(source, Addresses.check(target, family));
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return writer.write(source);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return writer.write(sources, offset, length);
  }

  DatagramReader reader() {
    return reader;
  }

  DatagramWriter writer() {
    return writer;
  }

  // ---------------------------------------------------------------- groups

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface nif) throws IOException {
    return memberships.join(group, Objects.requireNonNull(nif), null);
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface nif, InetAddress source)
      throws IOException {
    return memberships.join(group, Objects.requireNonNull(nif), Objects.requireNonNull(source));
  }

  Memberships memberships() {
    return memberships;
  }

  // ---------------------------------------------------------------- close

  @Override
  protected void implConfigureBlocking(boolean block) {
    // Waits for a blocking call to end, as specified; isBlocking is the base class's.
    lockBoth();
    unlockBoth();
  }

  @Override
  protected void implCloseSelectableChannel() {
    provider.closed(this);
    memberships.invalidate();
    endpoint.close();
    signals.closed();
    endpoint.setReadinessListener(null);
  }

  @Override
  public String toString() {
    String state = "closed";
    if (isOpen()) {
      InetSocketAddress bound = local;
      InetSocketAddress peer = remote;
      state =
          (peer == null ? "unconnected" : "connected")
              + (bound == null ? "" : " local=" + bound)
              + (peer == null ? "" : " remote=" + peer);
    }
    return DatagramChannel.class.getName() + "[" + state + "]";
  }
}

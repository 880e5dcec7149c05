// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.WritePendingException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;

/**
 * An asynchronous stream channel of a stack. One operation of each kind can be pending; whoever
 * begins it tries it, and after that a thread of the group whenever the endpoint becomes ready.
 */
final class StackAsynchronousSocketChannel extends AsynchronousSocketChannel
    implements StackAsynchronousChannel {
  private enum State {
    UNCONNECTED,
    PENDING,
    CONNECTED
  }

  private final StackChannelGroup group;
  private final StackSelectorProvider stack;
  private final AddressFamily family;
  private final StreamEndpoint endpoint;
  private final Options options;
  private final OperationSlot<Void> connecting;
  private final OperationSlot<Number> reading;
  private final OperationSlot<Number> writing;

  // Changed under the monitor.
  private volatile State state = State.UNCONNECTED;
  private volatile boolean closed;
  private volatile @Nullable InetSocketAddress local;
  private volatile @Nullable InetSocketAddress remote;

  private volatile boolean inputShut;
  private volatile boolean outputShut;

  /** An endpoint tells of a reset once; a channel's every read tells of it. */
  private volatile boolean wasReset;

  /**
   * A channel that is not connected.
   *
   * @throws java.nio.channels.ShutdownChannelGroupException if the group takes no more
   */
  StackAsynchronousSocketChannel(
      StackChannelGroup group, StackSelectorProvider stack, StreamEndpoint endpoint) {
    super(group.provider());
    this.group = group;
    this.stack = stack;
    this.family = stack.family();
    this.endpoint = endpoint;
    this.options = new Options(endpoint, true);
    this.connecting =
        new OperationSlot<>(
            stack.engine(),
            group,
            ConnectionPendingException::new,
            ConnectionPendingException::new);
    this.reading = slot(ReadPendingException::new, "Reading");
    this.writing = slot(WritePendingException::new, "Writing");
    group.add(this);
    var _ = stack.opened(this);
    endpoint.setReadinessListener(this::ready);
  }

  private OperationSlot<Number> slot(
      java.util.function.Supplier<RuntimeException> pendingAlready, String what) {
    return new OperationSlot<>(
        stack.engine(),
        group,
        pendingAlready,
        () -> new IllegalStateException(what + " not allowed due to timeout or cancellation"));
  }

  /** A channel for a connection that was accepted. */
  static StackAsynchronousSocketChannel accepted(
      StackChannelGroup group, StackSelectorProvider stack, StreamEndpoint endpoint) {
    StackAsynchronousSocketChannel channel;
    try {
      channel = new StackAsynchronousSocketChannel(group, stack, endpoint);
    } catch (RuntimeException e) {
      endpoint.close();
      throw e;
    }
    channel.local = Addresses.toJava(endpoint.localAddress(), channel.family);
    channel.remote = Addresses.toJava(endpoint.remoteAddress(), channel.family);
    channel.state = State.CONNECTED;
    return channel;
  }

  private void ready(int bits) {
    if ((bits & Readiness.CONNECT) != 0) {
      connecting.ready();
    }
    if ((bits & Readiness.READ) != 0) {
      reading.ready();
    }
    if ((bits & Readiness.WRITE) != 0) {
      writing.ready();
    }
  }

  // ---------------------------------------------------------------- state

  @Override
  public StackChannelGroup group() {
    return group;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
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

  @Override
  public <T> AsynchronousSocketChannel setOption(SocketOption<T> name, @Nullable T value)
      throws IOException {
    options.check(name, value);
    ensureOpen();
    if (outputShut) {
      throw new IOException("Connection has been shutdown for writing");
    }
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
  public synchronized AsynchronousSocketChannel bind(@Nullable SocketAddress address)
      throws IOException {
    ensureOpen();
    if (state == State.PENDING) {
      throw new ConnectionPendingException();
    }
    if (local != null) {
      throw new AlreadyBoundException();
    }
    InetSocketAddress inet = address == null ? null : Addresses.check(address, family);
    try {
      endpoint.bind(Addresses.local(inet, family));
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
    local = Addresses.toJava(endpoint.localAddress(), family);
    return this;
  }

  // ---------------------------------------------------------------- connect

  @Override
  public Future<Void> connect(SocketAddress address) {
    PendingOperation<Void, @Nullable Object> operation = new PendingOperation<>(this, null, null);
    connect(address, operation);
    return operation;
  }

  @Override
  public <A extends @Nullable Object> void connect(
      SocketAddress address, A attachment, CompletionHandler<Void, ? super A> handler) {
    connect(
        address,
        new PendingOperation<>(this, attachment, Objects.requireNonNull(handler, "handler")));
  }

  private void connect(SocketAddress address, PendingOperation<Void, ?> operation) {
    if (closed) {
      operation.fail(new ClosedChannelException(), true);
      return;
    }
    InetSocketAddress target = Addresses.checkRemote(address, family);
    synchronized (this) {
      state =
          switch (state) {
            case CONNECTED -> throw new AlreadyConnectedException();
            case PENDING -> throw new ConnectionPendingException();
            case UNCONNECTED -> State.PENDING;
          };
    }
    try {
      endpoint.connect(Addresses.of(target));
    } catch (ErrnoException e) {
      operation.fail(connectFailed(e), true);
      return;
    }
    remote = target;
    local = Addresses.toJava(endpoint.localAddress(), family);
    connecting.begin(operation, this::tryConnect, 0);
  }

  private boolean tryConnect(PendingOperation<Void, ?> operation) throws IOException {
    if (closed) {
      throw new AsynchronousCloseException();
    }
    try {
      if (!endpoint.finishConnect()) {
        return false;
      }
    } catch (ErrnoException e) {
      throw connectFailed(e);
    }
    synchronized (this) {
      local = Addresses.toJava(endpoint.localAddress(), family);
      state = State.CONNECTED;
    }
    operation.result(null);
    return true;
  }

  /** "If an error occurs then the channel is closed" - unless it is, and that is the error. */
  private IOException connectFailed(ErrnoException e) {
    if (closed || stack.isDown()) {
      return new AsynchronousCloseException();
    }
    // The operation fails for this reason, and not because the channel is closed.
    close(false);
    return SocketErrors.control(e);
  }

  // ---------------------------------------------------------------- read

  @Override
  public Future<Integer> read(ByteBuffer target) {
    Buffers.ensureWritable(target);
    PendingOperation<Number, @Nullable Object> operation = new PendingOperation<>(this, null, null);
    read(operation, new ByteBuffer[] {target}, false, 0);
    return integers(operation);
  }

  @Override
  public <A extends @Nullable Object> void read(
      ByteBuffer target,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    Objects.requireNonNull(handler, "handler");
    Buffers.ensureWritable(target);
    PendingOperation<Number, A> operation =
        new PendingOperation<>(this, attachment, numbers(handler));
    read(operation, new ByteBuffer[] {target}, false, unit.toNanos(timeout));
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
    Objects.requireNonNull(handler, "handler");
    Objects.checkFromIndexSize(offset, length, targets.length);
    ByteBuffer[] own = Arrays.copyOfRange(targets, offset, offset + length);
    Buffers.ensureWritable(own, 0, length);
    PendingOperation<Number, A> operation =
        new PendingOperation<>(this, attachment, numbers(handler));
    read(operation, own, true, unit.toNanos(timeout));
  }

  private void read(
      PendingOperation<Number, ?> operation, ByteBuffer[] targets, boolean many, long timeout) {
    if (closed) {
      operation.fail(new ClosedChannelException(), true);
      return;
    }
    ensureConnected();
    reading.ensureFree();
    reading.begin(operation, each -> tryRead(each, targets, many), timeout);
  }

  private boolean tryRead(PendingOperation<Number, ?> operation, ByteBuffer[] targets, boolean many)
      throws IOException {
    if (closed) {
      throw new AsynchronousCloseException();
    }
    long n = 0;
    if (inputShut) {
      n = -1;
    } else if (wasReset) {
      throw reset();
    } else if (Buffers.hasRemaining(targets, 0, targets.length)) {
      try {
        n = endpoint.read(targets, 0, targets.length);
      } catch (ErrnoException e) {
        throw readFailed(e);
      }
      if (n == 0) {
        return false;
      }
    }
    if (n < 0 && stack.isDown()) {
      throw new AsynchronousCloseException();
    }
    operation.result(number(n, many));
    return true;
  }

  private IOException readFailed(ErrnoException e) {
    if (closed || stack.isDown()) {
      return new AsynchronousCloseException();
    }
    if (e.errno() == Errno.ECONNRESET) {
      wasReset = true;
      return reset();
    }
    return SocketErrors.read(e);
  }

  /** On the JDK, too, this kind of channel alone throws no SocketException. */
  private static IOException reset() {
    return new IOException(SocketErrors.reset().getMessage());
  }

  private void ensureConnected() {
    if (state != State.CONNECTED) {
      throw new NotYetConnectedException();
    }
  }

  private static Number number(long n, boolean many) {
    if (many) {
      return n;
    }
    return (int) n;
  }

  /** One slot serves calls whose results are Integers and Longs; each gets what it asked for. */
  @SuppressWarnings("unchecked")
  private static <A extends @Nullable Object> CompletionHandler<Number, ? super A> numbers(
      CompletionHandler<?, ? super A> handler) {
    return (CompletionHandler<Number, ? super A>) handler;
  }

  @SuppressWarnings("unchecked")
  private static Future<Integer> integers(Future<? extends Number> operation) {
    return (Future<Integer>) operation;
  }

  // ---------------------------------------------------------------- write

  @Override
  public Future<Integer> write(ByteBuffer source) {
    Objects.requireNonNull(source);
    PendingOperation<Number, @Nullable Object> operation = new PendingOperation<>(this, null, null);
    write(operation, new ByteBuffer[] {source}, false, 0);
    return integers(operation);
  }

  @Override
  public <A extends @Nullable Object> void write(
      ByteBuffer source,
      long timeout,
      TimeUnit unit,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    Objects.requireNonNull(handler, "handler");
    Objects.requireNonNull(source);
    PendingOperation<Number, A> operation =
        new PendingOperation<>(this, attachment, numbers(handler));
    write(operation, new ByteBuffer[] {source}, false, unit.toNanos(timeout));
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
    Objects.requireNonNull(handler, "handler");
    Objects.checkFromIndexSize(offset, length, sources.length);
    ByteBuffer[] own = Arrays.copyOfRange(sources, offset, offset + length);
    PendingOperation<Number, A> operation =
        new PendingOperation<>(this, attachment, numbers(handler));
    write(operation, own, true, unit.toNanos(timeout));
  }

  private void write(
      PendingOperation<Number, ?> operation, ByteBuffer[] sources, boolean many, long timeout) {
    if (!closed) {
      ensureConnected();
      writing.ensureFree();
    }
    if (closed || outputShut) {
      operation.fail(new ClosedChannelException(), true);
      return;
    }
    writing.begin(operation, each -> tryWrite(each, sources, many), timeout);
  }

  private boolean tryWrite(
      PendingOperation<Number, ?> operation, ByteBuffer[] sources, boolean many)
      throws IOException {
    if (closed || stack.isDown()) {
      throw new AsynchronousCloseException();
    }
    long n = 0;
    if (Buffers.hasRemaining(sources, 0, sources.length)) {
      try {
        n = endpoint.write(sources, 0, sources.length);
      } catch (ErrnoException e) {
        throw closed ? new AsynchronousCloseException() : SocketErrors.write(e);
      }
      if (n == 0) {
        return false;
      }
    }
    operation.result(number(n, many));
    return true;
  }

  // ---------------------------------------------------------------- shutdown and close

  @Override
  public AsynchronousSocketChannel shutdownInput() throws IOException {
    ensureOpen();
    ensureConnected();
    inputShut = true;
    try {
      endpoint.shutdownInput();
    } catch (ErrnoException e) {
      ignoreNotConnected(e);
    }
    reading.ready();
    return this;
  }

  @Override
  public AsynchronousSocketChannel shutdownOutput() throws IOException {
    ensureOpen();
    ensureConnected();
    outputShut = true;
    try {
      endpoint.shutdownOutput();
    } catch (ErrnoException e) {
      ignoreNotConnected(e);
    }
    writing.ready();
    return this;
  }

  /** A connection that the peer has reset meanwhile is shut down as far as anybody can tell. */
  private static void ignoreNotConnected(ErrnoException e) throws IOException {
    if (e.errno() != Errno.ENOTCONN) {
      throw SocketErrors.control(e);
    }
  }

  /** "Where the channel is not able to guarantee": a connection may stand that nobody has seen. */
  @Override
  public void cancelled() {
    if (state != State.CONNECTED) {
      reading.kill();
      writing.kill();
    }
  }

  @Override
  public void close() {
    close(true);
  }

  private void close(boolean failConnect) {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    stack.closed(this);
    endpoint.setReadinessListener(null);
    if (state == State.CONNECTED && options.linger() == 0) {
      endpoint.abort();
    }
    endpoint.close();
    AsynchronousCloseException why = new AsynchronousCloseException();
    if (failConnect) {
      connecting.fail(why);
    }
    reading.fail(why);
    writing.fail(why);
    group.remove(this);
  }

  @Override
  public void closeQuietly() {
    close();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(AsynchronousSocketChannel.class.getName()).append('[');
    if (closed) {
      return text.append("closed]").toString();
    }
    text.append(
        switch (state) {
          case UNCONNECTED -> "unconnected";
          case PENDING -> "connection-pending";
          case CONNECTED -> "connected";
        });
    text.append(inputShut ? " ishut" : "").append(outputShut ? " oshut" : "");
    InetSocketAddress bound = local;
    InetSocketAddress peer = remote;
    text.append(bound == null ? "" : " local=" + bound)
        .append(peer == null ? "" : " remote=" + peer);
    return text.append(']').toString();
  }
}

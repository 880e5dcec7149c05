// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * What stands behind a {@link java.net.Socket} or a {@link java.net.ServerSocket} on a stack: the
 * contract of {@link SocketImpl}, with the exceptions and texts of the JDK's own. All methods are
 * public so that another {@code SocketImpl} can pass its calls on to this one.
 *
 * <p>Nothing is opened before {@link #create}. A virtual thread that is interrupted while it waits
 * throws an {@link java.io.InterruptedIOException}, upon which {@code Socket} and {@code
 * ServerSocket} close themselves; a platform thread does not notice. Safe for use by many threads.
 */
public final class StackSocketImpl extends SocketImpl {
  private final StackSelectorProvider provider;
  private final boolean server;

  // Changed under the monitor.
  private volatile @Nullable BlockingSocket socket;
  private volatile boolean closed;

  private volatile int timeout;

  /**
   * A socket that is not created.
   *
   * @param provider a stack's
   * @param server whether it is to listen rather than to connect
   */
  public StackSocketImpl(StackSelectorProvider provider, boolean server) {
    this.provider = Objects.requireNonNull(provider);
    this.server = server;
    // Neither is known yet; the base class's own getters give what these fields hold.
    this.address = IpAddress.IPV4_ANY.toInetAddress();
  }

  // ---------------------------------------------------------------- state

  private BlockingSocket ensureOpen() throws SocketException {
    if (closed || provider.isDown()) {
      throw new SocketException("Socket closed");
    }
    BlockingSocket s = socket;
    if (s == null) {
      throw new SocketException("Socket not created");
    }
    return s;
  }

  private BlockingStream stream() throws SocketException {
    if (ensureOpen() instanceof BlockingStream stream) {
      return stream;
    }
    throw new SocketException("Not connected");
  }

  private BlockingListener listener() throws SocketException {
    if (!(ensureOpen() instanceof BlockingListener listener)) {
      throw new SocketException("Operation not supported");
    }
    if (localport == 0) {
      throw new SocketException("Not bound");
    }
    return listener;
  }

  /**
   * Opens the socket.
   *
   * @param stream true, as there are only streams here
   * @throws IOException if it is open, or the stack is closed
   */
  @Override
  public synchronized void create(boolean stream) throws IOException {
    if (!stream) {
      throw new IOException("Datagram socket creation not supported");
    }
    if (socket != null || closed) {
      throw new IOException("Already created");
    }
    socket = server ? provider.openListener() : provider.openStream();
  }

  /** Where it is, or is about to be, connected to; or, of a listener, where it is bound. */
  @Override
  public InetAddress getInetAddress() {
    return address;
  }

  /** The other end's port. */
  @Override
  public int getPort() {
    return port;
  }

  /** The port it is bound to, 0 for none yet. */
  @Override
  public int getLocalPort() {
    return localport;
  }

  // ---------------------------------------------------------------- bind, connect, accept

  /** Binds; {@link #getInetAddress} is then the address that was asked for. */
  @Override
  public synchronized void bind(InetAddress host, int port) throws IOException {
    BlockingSocket s = ensureOpen();
    if (localport != 0) {
      throw new SocketException("Already bound");
    }
    s.bind(host, port);
    address = host;
    localport = boundPort(s);
  }

  private static int boundPort(BlockingSocket s) {
    InetSocketAddress local = s.local();
    return local == null ? 0 : local.getPort();
  }

  @Override
  public void connect(String host, int port) throws IOException {
    connect(new InetSocketAddress(host, port), 0);
  }

  @Override
  public void connect(InetAddress host, int port) throws IOException {
    connect(new InetSocketAddress(host, port), 0);
  }

  /**
   * Connects, and closes if that fails.
   *
   * @param millis how long that may take, 0 for as long as it takes
   * @throws java.net.SocketTimeoutException if it took longer
   */
  @Override
  public void connect(SocketAddress remote, int millis) throws IOException {
    if (!(remote instanceof InetSocketAddress target)) {
      throw new IOException("Unsupported address type");
    }
    if (target.isUnresolved()) {
      throw new UnknownHostException(target.getHostName());
    }
    BlockingStream stream = stream();
    address = target.getAddress();
    port = target.getPort();
    try {
      stream.connect(target, millis);
    } catch (IOException e) {
      close();
      throw e;
    }
    localport = boundPort(stream);
  }

  @Override
  public synchronized void listen(int backlog) throws IOException {
    listener().listen(backlog);
  }

  /**
   * Accepts the next connection, within SO_TIMEOUT.
   *
   * @param s another one of this class, not created
   */
  @Override
  public void accept(SocketImpl s) throws IOException {
    StackSocketImpl accepted = (StackSocketImpl) s;
    if (accepted.socket != null || accepted.closed) {
      throw new SocketException("Not a newly created SocketImpl");
    }
    accepted.become(listener().accept(timeout));
  }

  private synchronized void become(BlockingStream stream) throws SocketException {
    if (socket != null || closed) {
      stream.close();
      throw new SocketException("Socket closed");
    }
    InetSocketAddress remote = stream.remote();
    localport = boundPort(stream);
    address = remote.getAddress();
    port = remote.getPort();
    socket = stream;
  }

  // ---------------------------------------------------------------- streams

  @Override
  public InputStream getInputStream() {
    return new SocketStreams.Input(new Bytes());
  }

  @Override
  public OutputStream getOutputStream() {
    return new SocketStreams.Output(new Bytes());
  }

  private final class Bytes implements ByteStream {
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return stream().read(target, offset, length, timeout);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      stream().write(source, offset, length);
    }

    @Override
    public int available() throws IOException {
      return StackSocketImpl.this.available();
    }

    @Override
    public void close() {
      StackSocketImpl.this.close();
    }
  }

  @Override
  public int available() throws IOException {
    return stream().available();
  }

  @Override
  public void shutdownInput() throws IOException {
    stream().shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    stream().shutdownOutput();
  }

  @Override
  public boolean supportsUrgentData() {
    return true;
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    stream().writeUrgent((byte) data);
  }

  /** Ends it, and wakes whoever waits in it. Does nothing the second time. */
  @Override
  public void close() {
    BlockingSocket s;
    synchronized (this) {
      closed = true;
      s = socket;
    }
    if (s != null) {
      s.close();
    }
  }

  // ---------------------------------------------------------------- options

  @Override
  public void setOption(int option, @Nullable Object value) throws SocketException {
    BlockingSocket s = ensureOpen();
    if (option == SocketOptions.SO_TIMEOUT) {
      int millis = SocketImplOptions.integer(value, "SO_TIMEOUT");
      if (millis < 0) {
        throw new SocketException("timeout < 0");
      }
      timeout = millis;
      return;
    }
    SocketImplOptions.set(s.options(), option, value);
  }

  @Override
  public Object getOption(int option) throws SocketException {
    BlockingSocket s = ensureOpen();
    return switch (option) {
      case SocketOptions.SO_TIMEOUT -> timeout;
      case SocketOptions.SO_BINDADDR -> localAddress(s);
      default -> SocketImplOptions.get(s.options(), option);
    };
  }

  private static InetAddress localAddress(BlockingSocket s) {
    InetSocketAddress local = s.local();
    return local == null ? IpAddress.IPV6_ANY.toInetAddress() : local.getAddress();
  }

  @Override
  public <T> void setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    Options options = options(name);
    options.check(name, value);
    ensureOpen();
    options.set(name, value);
  }

  @Override
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    Options options = options(name);
    options.check(name);
    ensureOpen();
    return options.get(name);
  }

  private Options options(SocketOption<?> name) throws SocketException {
    Objects.requireNonNull(name);
    BlockingSocket s = socket;
    return s == null ? ensureOpen().options() : s.options();
  }

  /** The options, once it is created; none before. */
  @Override
  public Set<SocketOption<?>> supportedOptions() {
    BlockingSocket s = socket;
    return s == null ? Set.of() : s.options().supported();
  }

  @Override
  public String toString() {
    boolean isIpv4 = address instanceof Inet4Address;
    String host = isIpv4 ? address.getHostAddress() : "[" + address.getHostAddress() + "]";
    return "StackSocketImpl[" + host + ":" + port + ", localport=" + localport + "]";
  }
}

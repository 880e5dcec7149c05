// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sun.net.PlatformSocketImpl;

/**
 * What is behind {@code new Socket()} and {@code new ServerSocket()} in a JVM of two worlds: a
 * socket of the stack until it is bound or connected outside, and then one of the JDK's own. It
 * takes the place of the JDK's implementation below proxies and below the application's own
 * factories, which keep working.
 */
final class MixedSocketImpl extends SocketImpl implements PlatformSocketImpl {
  private final Worlds worlds;
  private final boolean server;

  /** Options of a socket that has no side yet, by number or {@link SocketOption}, in order. */
  private final Map<Object, @Nullable Object> asked = new LinkedHashMap<>();

  private boolean created;
  private boolean closed;
  private @Nullable SocketAddress bindTo;

  /** The connection; null as long as nobody has connected or bound. */
  private volatile @Nullable Socket side;

  /** The listening side; null as long as it does not listen. */
  private volatile @Nullable Listener listener;

  /** An implementation without any resource, as many are only made to be looked at. */
  MixedSocketImpl(Worlds worlds, boolean server) {
    this.worlds = worlds;
    this.server = server;
  }

  // ---------------------------------------------------------------- open and close

  @Override
  protected synchronized void create(boolean stream) throws IOException {
    if (!stream) {
      throw new IOException("Stream sockets only");
    }
    created = true;
  }

  private void ensureOpen() throws SocketException {
    if (!created && side == null && listener == null || closed) {
      throw new SocketException("Socket closed");
    }
  }

  /** The connection, as one of a world that is chosen by an address unless it was before. */
  private synchronized Socket side(boolean outside) throws IOException {
    ensureOpen();
    Socket chosen = side;
    if (chosen == null) {
      chosen = outside ? RawSockets.ofMachine() : RawSockets.of(worlds.stack());
      try {
        for (Map.Entry<Object, @Nullable Object> each : asked.entrySet()) {
          SocketOptionCalls.set(chosen, each.getKey(), each.getValue());
        }
      } catch (IOException | RuntimeException e) {
        chosen.close();
        throw e;
      }
      side = chosen;
    }
    return chosen;
  }

  /** Takes a connection that a listener has accepted. */
  private synchronized void adopt(Socket accepted) {
    created = true;
    side = accepted;
    address = accepted.getInetAddress();
    port = accepted.getPort();
    localport = accepted.getLocalPort();
  }

  @Override
  protected void close() throws IOException {
    Socket connection;
    Listener listening;
    synchronized (this) {
      closed = true;
      connection = side;
      listening = listener;
    }
    if (connection != null) {
      connection.close();
    }
    if (listening != null) {
      listening.close();
    }
  }

  // ---------------------------------------------------------------- connect

  @Override
  protected void connect(String host, int port) throws IOException {
    connect(new InetSocketAddress(host, port), 0);
  }

  @Override
  protected void connect(InetAddress address, int port) throws IOException {
    connect(new InetSocketAddress(address, port), 0);
  }

  @Override
  protected void connect(SocketAddress remote, int millis) throws IOException {
    if (!(remote instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("Unsupported address type");
    }
    if (inet.isUnresolved()) {
      throw new UnknownHostException(inet.getHostName());
    }
    SocketAddress local = bindTo;
    boolean outside = worlds.isOutside(inet.getAddress()) || worlds.isOutside(local);
    Socket connection = side(outside);
    try {
      if (local != null && !connection.isBound()) {
        connection.bind(local);
      }
      connection.connect(remote, millis);
    } catch (IOException e) {
      close();
      throw worlds.isOutside(connection.getLocalAddress()) ? e : worlds.told(e, remote);
    }
    address = inet.getAddress();
    port = inet.getPort();
    localport = connection.getLocalPort();
  }

  @Override
  protected synchronized void bind(InetAddress host, int port) throws IOException {
    ensureOpen();
    InetSocketAddress local = new InetSocketAddress(host, port);
    bindTo = local;
    if (!server) {
      // On the wildcard address the connection is still to choose a world, and keeps the port in
      // both.
      Socket connection = worlds.isBoth(local) && port == 0 ? null : side(worlds.isOutside(host));
      if (connection != null) {
        connection.bind(local);
        localport = connection.getLocalPort();
      }
    }
  }

  // ---------------------------------------------------------------- listen and accept

  @Override
  protected synchronized void listen(int backlog) throws IOException {
    ensureOpen();
    Listener listening = Listener.open(worlds, bindTo, backlog, asked);
    listener = listening;
    address = listening.address();
    localport = listening.port();
  }

  @Override
  protected void accept(SocketImpl target) throws IOException {
    Listener listening = listener;
    if (listening == null) {
      throw new SocketException("Not listening");
    }
    int millis;
    synchronized (this) {
      millis = asked.get(SocketOptions.SO_TIMEOUT) instanceof Integer i ? i : 0;
    }
    try {
      ((MixedSocketImpl) target).adopt(listening.accept(millis));
    } catch (IOException e) {
      throw InterruptibleStreams.told(e);
    }
  }

  // ---------------------------------------------------------------- the connection's own

  private Socket connection() throws SocketException {
    ensureOpen();
    Socket connection = side;
    if (connection == null) {
      throw new SocketException("Not connected");
    }
    return connection;
  }

  @Override
  protected InputStream getInputStream() throws IOException {
    return new InterruptibleStreams.Input(connection().getInputStream());
  }

  @Override
  protected OutputStream getOutputStream() throws IOException {
    return new InterruptibleStreams.Output(connection().getOutputStream());
  }

  @Override
  protected int available() throws IOException {
    return connection().getInputStream().available();
  }

  @Override
  protected void shutdownInput() throws IOException {
    connection().shutdownInput();
  }

  @Override
  protected void shutdownOutput() throws IOException {
    connection().shutdownOutput();
  }

  @Override
  protected boolean supportsUrgentData() {
    return true;
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    connection().sendUrgentData(data);
  }

  // ---------------------------------------------------------------- options

  @Override
  protected Set<SocketOption<?>> supportedOptions() {
    return SocketOptionCalls.supported(worlds, server);
  }

  @Override
  protected synchronized <T> void setOption(SocketOption<T> name, T value) throws IOException {
    if (!supportedOptions().contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
    set(name, value);
  }

  @Override
  public synchronized void setOption(int id, @Nullable Object value) throws SocketException {
    try {
      set(SocketOptionCalls.named(id), SocketOptionCalls.value(id, value));
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  private void set(Object option, @Nullable Object value) throws IOException {
    ensureOpen();
    Socket connection = side;
    Listener listening = listener;
    if (connection != null) {
      SocketOptionCalls.set(connection, option, value);
    } else if (listening != null) {
      listening.set(option, value);
    } else {
      SocketOptionCalls.tryOut(worlds, server, option, value);
    }
    asked.remove(option);
    asked.put(option, value);
  }

  @Override
  @SuppressWarnings("unchecked") // As typed as the option is.
  protected synchronized <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    if (!supportedOptions().contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
    return (T) get(name);
  }

  @Override
  public synchronized @Nullable Object getOption(int id) throws SocketException {
    try {
      return id == SocketOptions.SO_BINDADDR ? boundTo() : get(SocketOptionCalls.named(id));
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  private InetAddress boundTo() throws SocketException {
    ensureOpen();
    Socket connection = side;
    Listener listening = listener;
    if (listening != null) {
      return listening.address();
    }
    return connection != null
        ? connection.getLocalAddress()
        : new InetSocketAddress(0).getAddress();
  }

  private @Nullable Object get(Object option) throws IOException {
    ensureOpen();
    Listener listening = listener;
    if (server && listening != null) {
      return asked.containsKey(option) ? asked.get(option) : listening.get(option);
    }
    Socket connection = side;
    if (connection != null) {
      return SocketOptionCalls.get(connection, option);
    }
    if (asked.containsKey(option)) {
      return asked.get(option);
    }
    return SocketOptionCalls.initial(worlds, server, option);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A listening channel of a stack as a {@link ServerSocket}. Every public method is the channel's.
 */
final class StackServerSocket extends ServerSocket {
  private final StackServerSocketChannel channel;
  private volatile int timeout;

  StackServerSocket(StackServerSocketChannel channel) {
    super(new NoSocketImpl());
    this.channel = channel;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    bind(address, 0);
  }

  @Override
  public void bind(@Nullable SocketAddress address, int backlog) throws IOException {
    try {
      ServerSocketChannel _ = channel.bind(address, backlog);
    } catch (AlreadyBoundException
        | UnresolvedAddressException
        | UnsupportedAddressTypeException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    InetSocketAddress local = channel.local();
    return local == null ? null : local.getAddress();
  }

  @Override
  public int getLocalPort() {
    InetSocketAddress local = channel.local();
    return local == null ? -1 : local.getPort();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return channel.local();
  }

  @Override
  public Socket accept() throws IOException {
    try {
      return channel.accept(TimeUnit.MILLISECONDS.toNanos(timeout)).socket();
    } catch (NotYetBoundException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public ServerSocketChannel getChannel() {
    return channel;
  }

  @Override
  public boolean isBound() {
    return channel.local() != null;
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    AdaptedOptions.ensureOpen(channel);
    timeout = AdaptedOptions.checkTimeout(millis);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    AdaptedOptions.ensureOpen(channel);
    return timeout;
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    AdaptedOptions.set(channel, StandardSocketOptions.SO_REUSEADDR, on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return AdaptedOptions.get(channel, StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    int checked = AdaptedOptions.checkSize(size, "receive");
    AdaptedOptions.set(channel, StandardSocketOptions.SO_RCVBUF, checked);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return AdaptedOptions.get(channel, StandardSocketOptions.SO_RCVBUF);
  }

  /** There is one kind of connection only; the preferences have no effect, as on the JDK. */
  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {}

  @Override
  public <T> ServerSocket setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    ServerSocketChannel _ = channel.setOption(name, value);
    return this;
  }

  @Override
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    return channel.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return channel.supportedOptions();
  }

  @Override
  public String toString() {
    return isBound()
        ? "ServerSocket[addr=" + getInetAddress() + ",localport=" + getLocalPort() + "]"
        : "ServerSocket[unbound]";
  }
}

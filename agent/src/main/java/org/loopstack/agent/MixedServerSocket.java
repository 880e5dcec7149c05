// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link MixedServerSocketChannel} as a {@link ServerSocket}. */
final class MixedServerSocket extends ServerSocket {
  private final MixedServerSocketChannel channel;
  private volatile int timeout;

  private MixedServerSocket(MixedServerSocketChannel channel) {
    super(new UnusedSocketImpl());
    this.channel = channel;
  }

  static MixedServerSocket over(MixedServerSocketChannel channel) {
    return new MixedServerSocket(channel);
  }

  private ServerSocket side() {
    return channel.side().socket();
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    bind(address, 0);
  }

  @Override
  public void bind(@Nullable SocketAddress address, int backlog) throws IOException {
    try {
      ServerSocketChannel _ = channel.bind(address, backlog);
    } catch (AlreadyBoundException e) {
      throw new SocketException("Already bound", e);
    } catch (UnresolvedAddressException e) {
      throw new SocketException("Unresolved address", e);
    } catch (UnsupportedAddressTypeException e) {
      throw new IllegalArgumentException("Unsupported address type", e);
    }
  }

  @Override
  public Socket accept() throws IOException {
    try {
      SocketChannel accepted = channel.accept(timeout);
      if (accepted == null) {
        throw new IllegalBlockingModeException();
      }
      return accepted.socket();
    } catch (NotYetBoundException e) {
      throw new SocketException("Socket is not bound yet", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public ServerSocketChannel getChannel() {
    return channel;
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    // The side's, for its checks; what counts is the time of the whole channel.
    side().setSoTimeout(millis);
    side().setSoTimeout(0);
    timeout = millis;
  }

  @Override
  public int getSoTimeout() throws IOException {
    return isClosed() ? side().getSoTimeout() : timeout;
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    set(StandardSocketOptions.SO_REUSEADDR, on);
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    if (size <= 0) {
      throw new IllegalArgumentException("negative receive size");
    }
    set(StandardSocketOptions.SO_RCVBUF, size);
  }

  private <T> void set(SocketOption<T> name, T value) throws SocketException {
    try {
      ServerSocketChannel _ = channel.setOption(name, value);
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException("Socket is closed", e);
    }
  }

  /** There is one kind of connection only; the preferences have no effect, as on the JDK. */
  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {}

  @Override
  public <T> ServerSocket setOption(SocketOption<T> name, T value) throws IOException {
    ServerSocketChannel _ = channel.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return channel.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return channel.supportedOptions();
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return side().getInetAddress();
  }

  @Override
  public int getLocalPort() {
    return side().getLocalPort();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return side().getLocalSocketAddress();
  }

  @Override
  public boolean isBound() {
    return side().isBound();
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return side().getReuseAddress();
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return side().getReceiveBufferSize();
  }

  @Override
  public String toString() {
    return side().toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/** A stream channel of a stack as a {@link Socket}. Every public method is the channel's. */
final class StackSocket extends Socket {
  private final StackSocketChannel channel;
  private volatile int timeout;

  private StackSocket(StackSocketChannel channel, NoSocketImpl none) throws SocketException {
    super(none);
    this.channel = channel;
  }

  static StackSocket over(StackSocketChannel channel) {
    try {
      return new StackSocket(channel, new NoSocketImpl());
    } catch (SocketException e) {
      throw new AssertionError("Nothing is opened", e);
    }
  }

  @Override
  public void connect(SocketAddress address) throws IOException {
    connect(address, 0);
  }

  @Override
  public void connect(@Nullable SocketAddress address, int millis) throws IOException {
    if (address == null) {
      throw new IllegalArgumentException("connect: The address can't be null");
    }
    if (millis < 0) {
      throw new IllegalArgumentException("connect: timeout can't be negative");
    }
    try {
      channel.connect(address, TimeUnit.MILLISECONDS.toNanos(millis));
    } catch (UnresolvedAddressException e) {
      close();
      throw new UnknownHostException(address.toString());
    } catch (AlreadyConnectedException | UnsupportedAddressTypeException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    try {
      SocketChannel _ = channel.bind(address);
    } catch (AlreadyBoundException
        | UnresolvedAddressException
        | UnsupportedAddressTypeException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    InetSocketAddress remote = channel.remote();
    return remote == null ? null : remote.getAddress();
  }

  /** "If the socket is closed or not bound yet this method will return the wildcard address." */
  @Override
  public InetAddress getLocalAddress() {
    InetSocketAddress local = channel.local();
    return local == null || !channel.isOpen()
        ? IpAddress.IPV4_ANY.toInetAddress()
        : local.getAddress();
  }

  @Override
  public int getPort() {
    InetSocketAddress remote = channel.remote();
    return remote == null ? 0 : remote.getPort();
  }

  @Override
  public int getLocalPort() {
    InetSocketAddress local = channel.local();
    return local == null ? -1 : local.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return channel.remote();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return channel.local();
  }

  @Override
  public SocketChannel getChannel() {
    return channel;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    ensureConnected();
    if (channel.isInputShut()) {
      throw new SocketException("Socket input is shutdown");
    }
    return new SocketStreams.Input(new Bytes());
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    ensureConnected();
    if (channel.isOutputShut()) {
      throw new SocketException("Socket output is shutdown");
    }
    return new SocketStreams.Output(new Bytes());
  }

  private final class Bytes implements ByteStream {
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      long nanos = TimeUnit.MILLISECONDS.toNanos(timeout);
      return channel.reader().read(target, offset, length, nanos);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      channel.writer().write(source, offset, length);
    }

    @Override
    public int available() throws IOException {
      return channel.available();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private void ensureConnected() throws SocketException {
    if (!channel.isOpen()) {
      throw new SocketException("Socket is closed");
    }
    if (!channel.isConnected()) {
      throw new SocketException("Socket is not connected");
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    try {
      SocketChannel _ = channel.shutdownInput();
    } catch (NotYetConnectedException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    try {
      SocketChannel _ = channel.shutdownOutput();
    } catch (NotYetConnectedException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    channel.writer().writeUrgent((byte) data);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
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
  public boolean isInputShutdown() {
    return channel.isInputShut();
  }

  @Override
  public boolean isOutputShutdown() {
    return channel.isOutputShut();
  }

  // ---------------------------------------------------------------- options

  @Override
  public <T> Socket setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    SocketChannel _ = channel.setOption(name, value);
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

  private <T> void set(SocketOption<T> name, T value) throws SocketException {
    AdaptedOptions.set(channel, name, value);
  }

  private <T> T get(SocketOption<T> name) throws SocketException {
    return AdaptedOptions.get(channel, name);
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    set(StandardSocketOptions.TCP_NODELAY, on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return get(StandardSocketOptions.TCP_NODELAY);
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    if (on && seconds < 0) {
      throw new IllegalArgumentException("invalid value for SO_LINGER");
    }
    set(StandardSocketOptions.SO_LINGER, on ? seconds : -1);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return get(StandardSocketOptions.SO_LINGER);
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    set(AdaptedOptions.oobInline(channel), on);
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return get(AdaptedOptions.oobInline(channel));
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
  public void setSendBufferSize(int size) throws SocketException {
    set(StandardSocketOptions.SO_SNDBUF, AdaptedOptions.checkSize(size, "send"));
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return get(StandardSocketOptions.SO_SNDBUF);
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    set(StandardSocketOptions.SO_RCVBUF, AdaptedOptions.checkSize(size, "receive"));
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return get(StandardSocketOptions.SO_RCVBUF);
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    set(StandardSocketOptions.SO_KEEPALIVE, on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return get(StandardSocketOptions.SO_KEEPALIVE);
  }

  @Override
  public void setTrafficClass(int trafficClass) throws SocketException {
    set(StandardSocketOptions.IP_TOS, trafficClass);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return get(StandardSocketOptions.IP_TOS);
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    set(StandardSocketOptions.SO_REUSEADDR, on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return get(StandardSocketOptions.SO_REUSEADDR);
  }

  /** There is one kind of connection only; the preferences have no effect, as on the JDK. */
  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {}

  @Override
  public String toString() {
    return channel.isConnected()
        ? "Socket[addr="
            + getInetAddress()
            + ",port="
            + getPort()
            + ",localport="
            + getLocalPort()
            + "]"
        : "Socket[unconnected]";
  }
}

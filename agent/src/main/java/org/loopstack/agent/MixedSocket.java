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
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link MixedSocketChannel} as a {@link Socket}: the socket of its side, whichever that is. */
final class MixedSocket extends Socket {
  private final MixedSocketChannel channel;

  private MixedSocket(MixedSocketChannel channel, UnusedSocketImpl none) throws SocketException {
    super(none);
    this.channel = channel;
  }

  static MixedSocket over(MixedSocketChannel channel) {
    try {
      return new MixedSocket(channel, new UnusedSocketImpl());
    } catch (SocketException e) {
      throw new AssertionError("Nothing is opened", e);
    }
  }

  private Socket side() {
    return channel.side().socket();
  }

  @Override
  public void connect(@Nullable SocketAddress address) throws IOException {
    connect(address, 0);
  }

  @Override
  public void connect(@Nullable SocketAddress address, int millis) throws IOException {
    if (address != null) {
      channel.choose(address);
    }
    SocketChannel to = channel.side();
    try {
      to.socket().connect(address, millis);
    } catch (IOException e) {
      channel.closeWith(to);
      throw e;
    }
  }

  /** Binds by the side's socket, for the exceptions that are its own. */
  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    if (side().isBound() || address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      side().bind(address);
    } else {
      SocketChannel _ = channel.bind(address);
    }
  }

  @Override
  public SocketChannel getChannel() {
    return channel;
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
  public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
    SocketChannel _ = channel.setOption(name, value);
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
  public InetAddress getLocalAddress() {
    return side().getLocalAddress();
  }

  @Override
  public int getPort() {
    return side().getPort();
  }

  @Override
  public int getLocalPort() {
    return side().getLocalPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return side().getRemoteSocketAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return side().getLocalSocketAddress();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return side().getInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return side().getOutputStream();
  }

  @Override
  public void shutdownInput() throws IOException {
    side().shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    side().shutdownOutput();
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    side().sendUrgentData(data);
  }

  @Override
  public boolean isConnected() {
    return side().isConnected();
  }

  @Override
  public boolean isBound() {
    return side().isBound();
  }

  @Override
  public boolean isInputShutdown() {
    return side().isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return side().isOutputShutdown();
  }

  @Override
  public void setTcpNoDelay(boolean value) throws SocketException {
    side().setTcpNoDelay(value);
    channel.chosenBySocket(StandardSocketOptions.TCP_NODELAY, value);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return side().getTcpNoDelay();
  }

  @Override
  public void setSendBufferSize(int value) throws SocketException {
    side().setSendBufferSize(value);
    channel.chosenBySocket(StandardSocketOptions.SO_SNDBUF, value);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return side().getSendBufferSize();
  }

  @Override
  public void setReceiveBufferSize(int value) throws SocketException {
    side().setReceiveBufferSize(value);
    channel.chosenBySocket(StandardSocketOptions.SO_RCVBUF, value);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return side().getReceiveBufferSize();
  }

  @Override
  public void setKeepAlive(boolean value) throws SocketException {
    side().setKeepAlive(value);
    channel.chosenBySocket(StandardSocketOptions.SO_KEEPALIVE, value);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return side().getKeepAlive();
  }

  @Override
  public void setTrafficClass(int value) throws SocketException {
    side().setTrafficClass(value);
    channel.chosenBySocket(StandardSocketOptions.IP_TOS, value);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return side().getTrafficClass();
  }

  @Override
  public void setReuseAddress(boolean value) throws SocketException {
    side().setReuseAddress(value);
    channel.chosenBySocket(StandardSocketOptions.SO_REUSEADDR, value);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return side().getReuseAddress();
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    side().setSoLinger(on, seconds);
    channel.chosenBySocket(StandardSocketOptions.SO_LINGER, on ? seconds : -1);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return side().getSoLinger();
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    side().setOOBInline(on);
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return side().getOOBInline();
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    side().setSoTimeout(millis);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return side().getSoTimeout();
  }

  /** There is one kind of connection only; the preferences have no effect, as on the JDK. */
  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {}

  @Override
  public String toString() {
    return side().toString();
  }
}

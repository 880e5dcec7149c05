// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * A datagram channel of a stack as a {@link DatagramSocket}. Every public method is the channel's.
 */
final class StackDatagramSocket extends DatagramSocket {
  private final StackDatagramChannel channel;
  private final boolean tellsChannel;
  private volatile int timeout;

  /**
   * A socket.
   *
   * @param tellsChannel whether the channel was there first, so that users may know it
   */
  StackDatagramSocket(StackDatagramChannel channel, boolean tellsChannel) {
    super(new NoDatagramSocketImpl());
    this.channel = channel;
    this.tellsChannel = tellsChannel;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws SocketException {
    try {
      DatagramChannel _ = channel.bind(address);
    } catch (IOException
        | AlreadyBoundException
        | UnresolvedAddressException
        | UnsupportedAddressTypeException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public void connect(InetAddress address, int port) {
    if (address == null) {
      throw new IllegalArgumentException("Address can't be null");
    }
    try {
      connect(new InetSocketAddress(address, port));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void connect(@Nullable SocketAddress address) throws SocketException {
    if (address == null) {
      throw new IllegalArgumentException("Address can't be null");
    }
    try {
      channel.connect(address, true);
    } catch (IOException | UnresolvedAddressException | UnsupportedAddressTypeException e) {
      throw SocketErrors.adapted(e);
    }
  }

  @Override
  public void disconnect() {
    try {
      DatagramChannel _ = channel.disconnect();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isBound() {
    return channel.local() != null;
  }

  /** "If the socket was connected prior to being closed, then this method will return true." */
  @Override
  public boolean isConnected() {
    return channel.remote() != null;
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    InetSocketAddress remote = channel.remote();
    return remote == null ? null : remote.getAddress();
  }

  @Override
  public int getPort() {
    InetSocketAddress remote = channel.remote();
    return remote == null ? -1 : remote.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return channel.remote();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return channel.isOpen() ? channel.local() : null;
  }

  @Override
  public @Nullable InetAddress getLocalAddress() {
    if (!channel.isOpen()) {
      return null;
    }
    InetSocketAddress local = channel.local();
    return local == null ? IpAddress.IPV4_ANY.toInetAddress() : local.getAddress();
  }

  @Override
  public int getLocalPort() {
    if (!channel.isOpen()) {
      return -1;
    }
    InetSocketAddress local = channel.local();
    return local == null ? 0 : local.getPort();
  }

  @Override
  public void send(DatagramPacket packet) throws IOException {
    synchronized (packet) {
      InetSocketAddress target = target(packet);
      ByteBuffer data = ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
      try {
        channel.writer().sendBlocking(data, target);
      } catch (AlreadyConnectedException e) {
        throw new IllegalArgumentException("Connected and packet address differ", e);
      } catch (ClosedChannelException e) {
        throw closed(e);
      }
    }
  }

  /** Where the packet goes, or null where the packet leaves that to a connected socket. */
  private @Nullable InetSocketAddress target(DatagramPacket packet) {
    InetSocketAddress remote = channel.remote();
    if (packet.getAddress() == null) {
      if (remote != null) {
        packet.setSocketAddress(remote);
        return null;
      }
      throw new IllegalArgumentException("Address not set");
    }
    InetSocketAddress target = (InetSocketAddress) packet.getSocketAddress();
    try {
      return Addresses.check(target, channel.family());
    } catch (UnresolvedAddressException e) {
      throw new IllegalArgumentException("unresolved address", e);
    } catch (UnsupportedAddressTypeException e) {
      throw new IllegalArgumentException("unsupported address type", e);
    }
  }

  @Override
  public void receive(DatagramPacket packet) throws IOException {
    synchronized (packet) {
      try {
        channel.reader().receive(packet, TimeUnit.MILLISECONDS.toNanos(timeout));
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (InterruptedIOException e) {
        close();
        throw new SocketException("Closed by interrupt");
      } catch (ClosedChannelException e) {
        throw closed(e);
      }
    }
  }

  /** An interrupt is told as such; every other close is "Socket closed" to this kind of socket. */
  private static IOException closed(ClosedChannelException e) {
    if (e instanceof ClosedByInterruptException) {
      return e;
    }
    SocketException closed = new SocketException("Socket closed");
    closed.initCause(e);
    return closed;
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
    int checked = AdaptedOptions.checkSize(size, "send");
    AdaptedOptions.set(channel, StandardSocketOptions.SO_SNDBUF, checked);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return AdaptedOptions.get(channel, StandardSocketOptions.SO_SNDBUF);
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

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    AdaptedOptions.set(channel, StandardSocketOptions.SO_REUSEADDR, on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return AdaptedOptions.get(channel, StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public void setBroadcast(boolean on) throws SocketException {
    AdaptedOptions.set(channel, StandardSocketOptions.SO_BROADCAST, on);
  }

  @Override
  public boolean getBroadcast() throws SocketException {
    return AdaptedOptions.get(channel, StandardSocketOptions.SO_BROADCAST);
  }

  @Override
  public void setTrafficClass(int trafficClass) throws SocketException {
    AdaptedOptions.set(channel, StandardSocketOptions.IP_TOS, trafficClass);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return AdaptedOptions.get(channel, StandardSocketOptions.IP_TOS);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public @Nullable DatagramChannel getChannel() {
    return tellsChannel ? channel : null;
  }

  /** What it is made of, whoever was there first. */
  StackDatagramChannel channel() {
    return channel;
  }

  @Override
  public <T> DatagramSocket setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    DatagramChannel _ = channel.setOption(name, value);
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
  public void joinGroup(SocketAddress group, @Nullable NetworkInterface nif) throws IOException {
    InetAddress address = group(group);
    try {
      NetworkInterface chosen = chosen(nif);
      if (channel.memberships().joined(address, chosen) != null) {
        throw new SocketException("Already a member of group");
      }
      MembershipKey _ = channel.memberships().join(address, chosen, null);
    } catch (ClosedChannelException e) {
      throw SocketErrors.adapted(e);
    } catch (IllegalStateException e) {
      throw new SocketException(e.getMessage());
    }
  }

  @Override
  public void leaveGroup(SocketAddress group, @Nullable NetworkInterface nif) throws IOException {
    AdaptedOptions.ensureOpen(channel);
    InetAddress address = group(group);
    NetworkInterface chosen = chosen(nif);
    MembershipKey key = channel.memberships().joined(address, chosen);
    if (key == null) {
      throw new SocketException("Not a member of group");
    }
    key.drop();
  }

  /** The interface for multicast, where the call names none. */
  private @Nullable NetworkInterface chosen(@Nullable NetworkInterface nif) throws IOException {
    return nif == null ? channel.getOption(StandardSocketOptions.IP_MULTICAST_IF) : nif;
  }

  private static InetAddress group(@Nullable SocketAddress group) throws SocketException {
    if (!(group instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("Unsupported address type");
    }
    if (inet.isUnresolved()) {
      throw new IllegalArgumentException("Unresolved address");
    }
    if (!inet.getAddress().isMulticastAddress()) {
      throw new SocketException("Not a multicast address");
    }
    return inet.getAddress();
  }
}

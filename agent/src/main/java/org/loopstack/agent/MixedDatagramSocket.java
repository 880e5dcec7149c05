// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
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
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.MembershipKey;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A {@link MixedDatagramChannel} as a {@link MulticastSocket}: what {@code new DatagramSocket()}
 * and {@code new MulticastSocket()} are inside, in a JVM of two worlds.
 */
@SuppressWarnings("InlineMeSuggester") // The deprecated methods are the base class's.
final class MixedDatagramSocket extends MulticastSocket {
  /** The largest datagram there is, with its header. */
  private static final int LARGEST = 65_536;

  private record Membership(InetAddress group, NetworkInterface on) {}

  private final MixedDatagramChannel channel;
  private final Map<Membership, MembershipKey> memberships = new ConcurrentHashMap<>();
  private final ReentrantLock receiving = new ReentrantLock();
  private volatile int timeout;

  // What setInterface was given; the interface that belongs to it is the option's.
  private @Nullable InetAddress groupAddress;
  private @Nullable NetworkInterface groupInterface;

  private volatile @Nullable InetSocketAddress remote;

  private MixedDatagramSocket(MixedDatagramChannel channel) throws IOException {
    super(JdkFields.noDelegate());
    this.channel = channel;
  }

  static MixedDatagramSocket over(MixedDatagramChannel channel) {
    try {
      return new MixedDatagramSocket(channel);
    } catch (IOException e) {
      throw new AssertionError("Nothing is opened", e);
    }
  }

  private static SocketException adapted(Exception e) {
    return switch (e) {
      case SocketException s -> s;
      case ClosedChannelException c -> new SocketException("Socket is closed", c);
      case AlreadyBoundException a -> new SocketException("already bound", a);
      case UnresolvedAddressException u -> new SocketException("Unresolved address", u);
      default -> new SocketException(e.getMessage(), e);
    };
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws SocketException {
    if (address != null && !(address instanceof InetSocketAddress)) {
      throw new IllegalArgumentException("Unsupported address type!");
    }
    try {
      DatagramChannel _ = channel.bind(address == null ? new InetSocketAddress(0) : address);
    } catch (IOException | AlreadyBoundException | UnresolvedAddressException e) {
      throw adapted(e);
    }
  }

  @Override
  public void connect(@Nullable InetAddress address, int port) {
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
    if (!(address instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("Unsupported address type!");
    }
    try {
      DatagramChannel _ = channel.connect(address, false);
      remote = inet;
    } catch (IOException | UnresolvedAddressException e) {
      throw adapted(e);
    }
  }

  @Override
  public void disconnect() {
    try {
      DatagramChannel _ = channel.disconnect();
      remote = null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isBound() {
    return channel.isOrWasBound();
  }

  /** "If the socket was connected prior to being closed, then this method will return true." */
  @Override
  public boolean isConnected() {
    return remote != null;
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    InetSocketAddress to = remote;
    return to == null ? null : to.getAddress();
  }

  @Override
  public int getPort() {
    InetSocketAddress to = remote;
    return to == null ? -1 : to.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return remote;
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    try {
      return channel.getLocalAddress();
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public @Nullable InetAddress getLocalAddress() {
    if (isClosed()) {
      return null;
    }
    return getLocalSocketAddress() instanceof InetSocketAddress local
        ? local.getAddress()
        : new InetSocketAddress(0).getAddress();
  }

  @Override
  public int getLocalPort() {
    if (isClosed()) {
      return -1;
    }
    return getLocalSocketAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
  }

  // ---------------------------------------------------------------- send and receive

  @Override
  public void send(DatagramPacket packet) throws IOException {
    synchronized (packet) {
      ensureBlocking();
      ByteBuffer data = ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
      try {
        int _ = channel.send(data, target(packet));
      } catch (AlreadyConnectedException e) {
        throw new IllegalArgumentException("Connected and packet address differ", e);
      } catch (UnresolvedAddressException e) {
        throw new IllegalArgumentException("unresolved address", e);
      } catch (UnsupportedAddressTypeException e) {
        throw new IllegalArgumentException("unsupported address type", e);
      } catch (ClosedChannelException e) {
        throw closed(e);
      }
    }
  }

  /** Of a closed channel the operation itself tells. */
  private void ensureBlocking() {
    if (channel.isOpen() && !channel.isBlocking()) {
      throw new IllegalBlockingModeException();
    }
  }

  private SocketAddress target(DatagramPacket packet) {
    InetSocketAddress to = remote;
    if (packet.getAddress() == null) {
      if (to == null) {
        throw new IllegalArgumentException("Address not set");
      }
      packet.setSocketAddress(to);
      return to;
    }
    return packet.getSocketAddress();
  }

  /** Receives into a buffer of its own, because a packet may be too short for what comes. */
  @Override
  public void receive(DatagramPacket packet) throws IOException {
    synchronized (packet) {
      ensureBlocking();
      receiving.lock();
      try {
        ByteBuffer data = ByteBuffer.allocate(Math.min(LARGEST, lengthOf(packet)));
        SocketAddress from = channel.receive(data, timeout);
        data.flip();
        packet.setSocketAddress(from);
        fill(packet, data);
      } catch (SocketTimeoutException | ClosedByInterruptException e) {
        throw e;
      } catch (InterruptedIOException e) {
        close();
        throw new SocketException("Closed by interrupt", e);
      } catch (ClosedChannelException e) {
        throw closed(e);
      } finally {
        receiving.unlock();
      }
    }
  }

  /** How much a packet has room for, as the JDK's own socket counts it. */
  private static int lengthOf(DatagramPacket packet) {
    return JdkFields.bufferLength(packet);
  }

  private static void fill(DatagramPacket packet, ByteBuffer data) {
    int count = data.remaining();
    data.get(packet.getData(), packet.getOffset(), count);
    JdkFields.setLength(packet, count);
  }

  private static IOException closed(ClosedChannelException e) {
    return e instanceof ClosedByInterruptException ? e : new SocketException("Socket closed", e);
  }

  // ---------------------------------------------------------------- options

  private void ensureOpen() throws SocketException {
    if (isClosed()) {
      throw new SocketException("Socket is closed");
    }
  }

  private <T> void set(SocketOption<T> name, T value) throws SocketException {
    try {
      DatagramChannel _ = channel.setOption(name, value);
    } catch (IOException e) {
      throw adapted(e);
    }
  }

  private <T> T get(SocketOption<T> name) throws SocketException {
    try {
      return channel.getOption(name);
    } catch (IOException e) {
      throw adapted(e);
    }
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    ensureOpen();
    if (millis < 0) {
      throw new IllegalArgumentException("timeout < 0");
    }
    timeout = millis;
  }

  @Override
  public int getSoTimeout() throws SocketException {
    ensureOpen();
    return timeout;
  }

  @Override
  public void setSendBufferSize(int value) throws SocketException {
    if (value <= 0) {
      throw new IllegalArgumentException("Invalid size");
    }
    set(StandardSocketOptions.SO_SNDBUF, value);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return get(StandardSocketOptions.SO_SNDBUF);
  }

  @Override
  public void setReceiveBufferSize(int value) throws SocketException {
    if (value <= 0) {
      throw new IllegalArgumentException("Invalid size");
    }
    set(StandardSocketOptions.SO_RCVBUF, value);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return get(StandardSocketOptions.SO_RCVBUF);
  }

  @Override
  public void setReuseAddress(boolean value) throws SocketException {
    set(StandardSocketOptions.SO_REUSEADDR, value);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return get(StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public void setBroadcast(boolean value) throws SocketException {
    set(StandardSocketOptions.SO_BROADCAST, value);
  }

  @Override
  public boolean getBroadcast() throws SocketException {
    return get(StandardSocketOptions.SO_BROADCAST);
  }

  @Override
  public void setTrafficClass(int value) throws SocketException {
    set(StandardSocketOptions.IP_TOS, value);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return get(StandardSocketOptions.IP_TOS);
  }

  @Override
  public <T> MixedDatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
    DatagramChannel _ = channel.setOption(name, value);
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

  /** Only a socket that was made by a channel tells of it. */
  @Override
  public @Nullable DatagramChannel getChannel() {
    return channel.isUninterruptible() ? null : channel;
  }

  // ---------------------------------------------------------------- groups

  @Deprecated
  @Override
  @SuppressWarnings("removal") // Still there, so it still works.
  public void setTTL(byte ttl) throws IOException {
    setTimeToLive(Byte.toUnsignedInt(ttl));
  }

  @Override
  public void setTimeToLive(int ttl) throws IOException {
    if (ttl < 0 || ttl > 255) {
      throw new IllegalArgumentException("ttl out of range");
    }
    set(StandardSocketOptions.IP_MULTICAST_TTL, ttl);
  }

  @Deprecated
  @Override
  @SuppressWarnings("removal") // Still there, so it still works.
  public byte getTTL() throws IOException {
    return (byte) getTimeToLive();
  }

  @Override
  public int getTimeToLive() throws IOException {
    return get(StandardSocketOptions.IP_MULTICAST_TTL);
  }

  @Deprecated
  @Override
  @SuppressWarnings("removal") // Still there, so it still works.
  public synchronized void send(DatagramPacket packet, byte ttl) throws IOException {
    int before = getTimeToLive();
    setTTL(ttl);
    try {
      send(packet);
    } finally {
      setTimeToLive(before);
    }
  }

  @Deprecated
  @Override
  public void joinGroup(InetAddress group) throws IOException {
    joinGroup(new InetSocketAddress(Objects.requireNonNull(group), 0), null);
  }

  @Deprecated
  @Override
  public void leaveGroup(InetAddress group) throws IOException {
    leaveGroup(new InetSocketAddress(Objects.requireNonNull(group), 0), null);
  }

  @Override
  public void joinGroup(SocketAddress group, @Nullable NetworkInterface on) throws IOException {
    Membership membership = membership(group, on);
    if (memberships.containsKey(membership)) {
      throw new SocketException("Already a member of group");
    }
    try {
      memberships.put(membership, channel.join(membership.group(), membership.on()));
    } catch (ClosedChannelException e) {
      throw adapted(e);
    } catch (IllegalStateException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  @Override
  public void leaveGroup(SocketAddress group, @Nullable NetworkInterface on) throws IOException {
    ensureOpen();
    MembershipKey key = memberships.remove(membership(group, on));
    if (key == null) {
      throw new SocketException("Not a member of group");
    }
    key.drop();
  }

  private Membership membership(@Nullable SocketAddress group, @Nullable NetworkInterface on)
      throws IOException {
    if (!(group instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("Unsupported address type");
    }
    if (inet.isUnresolved()) {
      throw new IllegalArgumentException("Unresolved address");
    }
    if (!inet.getAddress().isMulticastAddress()) {
      throw new SocketException("Not a multicast address");
    }
    NetworkInterface chosen = on != null ? on : getNetworkInterface();
    if (chosen.getIndex() == 0) {
      chosen = Interfaces.of(Hooks.worlds()).forGroups();
    }
    return new Membership(inet.getAddress(), chosen);
  }

  @Deprecated
  @Override
  public synchronized void setInterface(@Nullable InetAddress address) throws SocketException {
    if (address == null) {
      throw new SocketException("Invalid value 'null'");
    }
    NetworkInterface on = NetworkInterface.getByInetAddress(address);
    if (on == null) {
      throw new SocketException(
          "No network interface found with address " + address.getHostAddress());
    }
    setNetworkInterface(on);
    groupInterface = on;
    groupAddress = address;
  }

  @Deprecated
  @Override
  public synchronized @Nullable InetAddress getInterface() throws SocketException {
    NetworkInterface on = get(StandardSocketOptions.IP_MULTICAST_IF);
    if (on == null) {
      return new InetSocketAddress(0).getAddress();
    }
    if (!on.equals(groupInterface)) {
      groupInterface = on;
      groupAddress = on.inetAddresses().findFirst().orElse(null);
    }
    return groupAddress;
  }

  @Override
  public void setNetworkInterface(NetworkInterface on) throws SocketException {
    set(StandardSocketOptions.IP_MULTICAST_IF, on);
  }

  @Override
  public NetworkInterface getNetworkInterface() throws SocketException {
    NetworkInterface on = get(StandardSocketOptions.IP_MULTICAST_IF);
    return on != null ? on : JdkFields.anyInterface(new InetSocketAddress(0).getAddress());
  }

  @Deprecated
  @Override
  public void setLoopbackMode(boolean disable) throws SocketException {
    set(StandardSocketOptions.IP_MULTICAST_LOOP, !disable);
  }

  @Deprecated
  @Override
  public boolean getLoopbackMode() throws SocketException {
    return !get(StandardSocketOptions.IP_MULTICAST_LOOP);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/** A datagram socket of a stack as a {@link MulticastSocket}. */
// All of the class's methods must be overridden, the old ones too.
@SuppressWarnings({"deprecation", "removal", "InlineMeSuggester"})
final class StackMulticastSocket extends MulticastSocket {
  /** Set once, before anybody else sees this object. */
  private StackDatagramSocket socket;

  /** What setInterface was given; the interface that belongs to it is the option's. */
  private @Nullable InetAddress chosenAddress;

  private @Nullable NetworkInterface chosenInterface;

  /** Every constructor of the base class opens a socket of the machine's. */
  private StackMulticastSocket(StackDatagramSocket socket) throws IOException {
    super((SocketAddress) null);
    this.socket = socket;
    // What the machine has opened for the base class.
    super.close();
  }

  /** A multicast socket that is the other one, too. */
  static StackMulticastSocket over(StackDatagramSocket socket) throws IOException {
    StackMulticastSocket made = Unconstructed.make();
    if (made == null) {
      return new StackMulticastSocket(socket);
    }
    made.socket = socket;
    return made;
  }

  /**
   * Makes objects as deserialization does, without a constructor of the base class, so that it
   * opens nothing; it has no state that would be missed, because all of its methods are overridden.
   * That is what the JDK's module {@code jdk.unsupported} is there for, where it is there.
   */
  private static final class Unconstructed {
    private static final @Nullable Constructor<?> CONSTRUCTOR = find();

    private static @Nullable Constructor<?> find() {
      try {
        Class<?> type = Class.forName("sun.reflect.ReflectionFactory");
        Object factory = type.getMethod("getReflectionFactory").invoke(null);
        Constructor<?> none = Object.class.getConstructor();
        return (Constructor<?>)
            type.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(factory, StackMulticastSocket.class, none);
      } catch (ReflectiveOperationException e) {
        return null;
      }
    }

    static @Nullable StackMulticastSocket make() {
      try {
        return CONSTRUCTOR == null ? null : (StackMulticastSocket) CONSTRUCTOR.newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("The constructor of Object throws nothing", e);
      }
    }
  }

  private <T> void set(SocketOption<T> name, T value) throws SocketException {
    AdaptedOptions.set(socket.channel(), name, value);
  }

  private <T> T get(SocketOption<T> name) throws SocketException {
    return AdaptedOptions.get(socket.channel(), name);
  }

  // ---------------------------------------------------------------- groups

  @Override
  @Deprecated
  public void joinGroup(InetAddress group) throws IOException {
    Objects.requireNonNull(group);
    try {
      joinGroup(new InetSocketAddress(group, 0), null);
    } catch (IllegalArgumentException e) {
      throw failed("joinGroup failed", e);
    }
  }

  @Override
  @Deprecated
  public void leaveGroup(InetAddress group) throws IOException {
    Objects.requireNonNull(group);
    try {
      leaveGroup(new InetSocketAddress(group, 0), null);
    } catch (IllegalArgumentException e) {
      throw failed("leaveGroup failed", e);
    }
  }

  private static SocketException failed(String text, Exception cause) {
    SocketException failed = new SocketException(text);
    failed.initCause(cause);
    return failed;
  }

  @Override
  public void joinGroup(SocketAddress group, @Nullable NetworkInterface nif) throws IOException {
    socket.joinGroup(group, nif);
  }

  @Override
  public void leaveGroup(SocketAddress group, @Nullable NetworkInterface nif) throws IOException {
    socket.leaveGroup(group, nif);
  }

  @Override
  @Deprecated
  public synchronized void setInterface(@Nullable InetAddress address) throws SocketException {
    if (address == null) {
      throw new SocketException("Invalid value 'null'");
    }
    NetworkInterface nif = NetworkInterface.getByInetAddress(address);
    if (nif == null) {
      throw new SocketException(
          "No network interface found with address " + address.getHostAddress());
    }
    setNetworkInterface(nif);
    chosenInterface = nif;
    chosenAddress = address;
  }

  @Override
  @Deprecated
  public synchronized @Nullable InetAddress getInterface() throws SocketException {
    NetworkInterface nif = outgoing();
    if (nif == null) {
      return IpAddress.IPV4_ANY.toInetAddress();
    }
    if (!nif.equals(chosenInterface)) {
      chosenInterface = nif;
      chosenAddress = nif.inetAddresses().findFirst().orElse(null);
    }
    return chosenAddress;
  }

  private @Nullable NetworkInterface outgoing() throws SocketException {
    return AdaptedOptions.find(socket.channel(), StandardSocketOptions.IP_MULTICAST_IF);
  }

  @Override
  public void setNetworkInterface(NetworkInterface nif) throws SocketException {
    set(StandardSocketOptions.IP_MULTICAST_IF, nif);
  }

  /** The interface that was set; null for none, for which the JDK has an object with index 0. */
  @Override
  public @Nullable NetworkInterface getNetworkInterface() throws SocketException {
    return outgoing();
  }

  @Override
  @Deprecated
  public void setLoopbackMode(boolean disable) throws SocketException {
    set(StandardSocketOptions.IP_MULTICAST_LOOP, !disable);
  }

  @Override
  @Deprecated
  public boolean getLoopbackMode() throws SocketException {
    return !get(StandardSocketOptions.IP_MULTICAST_LOOP);
  }

  @Override
  public void setTimeToLive(int ttl) throws IOException {
    set(StandardSocketOptions.IP_MULTICAST_TTL, ttl);
  }

  @Override
  public int getTimeToLive() throws IOException {
    return get(StandardSocketOptions.IP_MULTICAST_TTL);
  }

  @Override
  @Deprecated
  public void setTTL(byte ttl) throws IOException {
    setTimeToLive(Byte.toUnsignedInt(ttl));
  }

  @Override
  @Deprecated
  public byte getTTL() throws IOException {
    return (byte) getTimeToLive();
  }

  @Override
  @Deprecated
  public synchronized void send(DatagramPacket packet, byte ttl) throws IOException {
    int before = getTimeToLive();
    setTTL(ttl);
    try {
      socket.send(packet);
    } finally {
      setTimeToLive(before);
    }
  }

  // ---------------------------------------------------------------- as any datagram socket

  @Override
  public void bind(@Nullable SocketAddress address) throws SocketException {
    socket.bind(address);
  }

  @Override
  public void connect(InetAddress address, int port) {
    socket.connect(address, port);
  }

  @Override
  public void connect(@Nullable SocketAddress address) throws SocketException {
    socket.connect(address);
  }

  @Override
  public void disconnect() {
    socket.disconnect();
  }

  @Override
  public boolean isBound() {
    return socket.isBound();
  }

  @Override
  public boolean isConnected() {
    return socket.isConnected();
  }

  @Override
  public boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return socket.getInetAddress();
  }

  @Override
  public int getPort() {
    return socket.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return socket.getRemoteSocketAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return socket.getLocalSocketAddress();
  }

  @Override
  public @Nullable InetAddress getLocalAddress() {
    return socket.getLocalAddress();
  }

  @Override
  public int getLocalPort() {
    return socket.getLocalPort();
  }

  @Override
  public void send(DatagramPacket packet) throws IOException {
    socket.send(packet);
  }

  @Override
  public void receive(DatagramPacket packet) throws IOException {
    socket.receive(packet);
  }

  @Override
  public void setSoTimeout(int value) throws SocketException {
    socket.setSoTimeout(value);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return socket.getSoTimeout();
  }

  @Override
  public void setSendBufferSize(int value) throws SocketException {
    socket.setSendBufferSize(value);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return socket.getSendBufferSize();
  }

  @Override
  public void setReceiveBufferSize(int value) throws SocketException {
    socket.setReceiveBufferSize(value);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return socket.getReceiveBufferSize();
  }

  @Override
  public void setReuseAddress(boolean value) throws SocketException {
    socket.setReuseAddress(value);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return socket.getReuseAddress();
  }

  @Override
  public void setBroadcast(boolean value) throws SocketException {
    socket.setBroadcast(value);
  }

  @Override
  public boolean getBroadcast() throws SocketException {
    return socket.getBroadcast();
  }

  @Override
  public void setTrafficClass(int value) throws SocketException {
    socket.setTrafficClass(value);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return socket.getTrafficClass();
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public @Nullable DatagramChannel getChannel() {
    return socket.getChannel();
  }

  @Override
  public <T> MulticastSocket setOption(SocketOption<T> name, @Nullable T value) throws IOException {
    var _ = socket.setOption(name, value);
    return this;
  }

  @Override
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    return socket.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return socket.supportedOptions();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A datagram channel: of the stack when bound to a loopback address, of the machine when bound to
 * one of its others, and of both when bound to the wildcard address or to none. Then a datagram
 * leaves by the world its receiver is in, and both are listened to; what the machine's own loopback
 * sends is not this JVM's and is dropped.
 *
 * <p>A group is joined on the stack for the loopback interface, and on the machine for any other.
 */
final class MixedDatagramChannel extends DatagramChannel implements Mixed {
  private static final int PORT_ATTEMPTS = 32;

  private final Worlds worlds;
  private final @Nullable ProtocolFamily family;
  private final boolean uninterruptible;
  private final OptionLog options;
  private final Registrations registrations = new Registrations();
  private final DatagramGate gate;

  // Guarded by "options".
  private boolean bound;
  private boolean groupsInside;
  private @Nullable NetworkInterface groupInterface;
  private final List<MixedMembershipKey> memberships = new ArrayList<>();

  /** Null once the channel is the machine's alone. */
  private volatile @Nullable DatagramChannel inside;

  /** Null as long as the channel is the stack's alone. */
  private volatile @Nullable DatagramChannel outside;

  /** The side that is connected, or null. */
  private volatile @Nullable DatagramChannel connected;

  private volatile @Nullable MixedDatagramSocket socket;

  /**
   * A channel that is not bound.
   *
   * @param uninterruptible whether an interrupt leaves it open, as a {@link DatagramSocket}'s
   */
  MixedDatagramChannel(
      MixedSelectorProvider provider, @Nullable ProtocolFamily family, boolean uninterruptible)
      throws IOException {
    super(provider);
    this.worlds = provider.worlds();
    this.family = family;
    this.uninterruptible = uninterruptible;
    DatagramChannel stack =
        family == null
            ? worlds.inside().openDatagramChannel()
            : worlds.inside().openDatagramChannel(family);
    this.options = new OptionLog(stack.supportedOptions());
    this.gate = new DatagramGate(this, provider, uninterruptible);
    this.inside = stack;
    registrations.serve(stack);
    stack.configureBlocking(false);
  }

  @Override
  public Registrations registrations() {
    return registrations;
  }

  /** Whether the channel was bound, closed or not. */
  boolean isOrWasBound() {
    synchronized (options) {
      return bound;
    }
  }

  /** Whether it is there for the sake of its socket alone, which an interrupt leaves open. */
  boolean isUninterruptible() {
    return uninterruptible;
  }

  /** The side that answers where both would say the same. */
  private DatagramChannel side() {
    DatagramChannel chosen = connected;
    if (chosen != null) {
      return chosen;
    }
    DatagramChannel stack = inside;
    return stack != null ? stack : machine();
  }

  private DatagramChannel machine() {
    DatagramChannel machine = outside;
    if (machine == null) {
      throw new IllegalStateException("The channel has no side");
    }
    return machine;
  }

  // ---------------------------------------------------------------- bind and connect

  @Override
  public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
    synchronized (options) {
      ensureOpen();
      if (bound) {
        throw new AlreadyBoundException();
      }
      DatagramChannel stack = side();
      if (worlds.isOutside(local)) {
        DatagramChannel machine = openOutside();
        bindOrClose(machine, local);
        registrations.drop(stack);
        adopt(machine);
        inside = null;
        stack.close();
      } else if (worlds.isBoth(local)) {
        bindBoth(stack, local == null ? new InetSocketAddress(0) : (InetSocketAddress) local);
      } else {
        DatagramChannel _ = stack.bind(local);
      }
      bound = true;
    }
    return this;
  }

  /** Takes the same port in both worlds; a port that nobody has asked for until that works. */
  private void bindBoth(DatagramChannel stack, InetSocketAddress local) throws IOException {
    for (int attempt = 1; ; attempt++) {
      DatagramChannel machine = openOutside();
      bindOrClose(machine, local);
      int port = ((InetSocketAddress) machine.getLocalAddress()).getPort();
      try {
        DatagramChannel _ = stack.bind(new InetSocketAddress(local.getAddress(), port));
        adopt(machine);
        return;
      } catch (BindException e) {
        machine.close();
        if (local.getPort() != 0 || attempt == PORT_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private DatagramChannel openOutside() throws IOException {
    DatagramChannel machine = Hooks.openMachineDatagram(worlds, family, uninterruptible);
    try {
      machine.configureBlocking(false);
      options.applyTo(machine);
      NetworkInterface groups = groupInterface;
      if (groups != null && !groups.isLoopback()) {
        DatagramChannel _ = machine.setOption(StandardSocketOptions.IP_MULTICAST_IF, groups);
      }
    } catch (IOException | RuntimeException e) {
      machine.close();
      throw e;
    }
    return machine;
  }

  private static void bindOrClose(DatagramChannel machine, @Nullable SocketAddress local)
      throws IOException {
    try {
      DatagramChannel _ = machine.bind(local);
    } catch (IOException | RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  private void adopt(DatagramChannel machine) throws IOException {
    outside = machine;
    registrations.serve(machine);
    if (!isOpen()) {
      machine.close();
    }
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  /** "If the socket is not bound then this method will first cause it to be bound". */
  private void ensureBound() throws IOException {
    synchronized (options) {
      ensureOpen();
      if (!bound) {
        DatagramChannel _ = bind(null);
      }
    }
  }

  @Override
  public DatagramChannel connect(SocketAddress remote) throws IOException {
    return connect(remote, true);
  }

  /**
   * Connects.
   *
   * @param once whether a channel that is connected already is an error, as it is not to a socket
   */
  DatagramChannel connect(SocketAddress remote, boolean once) throws IOException {
    ensureBound();
    synchronized (options) {
      if (connected != null) {
        if (once) {
          throw new AlreadyConnectedException();
        }
        DatagramChannel _ = disconnect();
      }
      DatagramChannel to = sideOf(remote);
      try {
        DatagramChannel _ = to.connect(remote);
      } catch (IOException e) {
        throw told(e, to, remote);
      }
      connected = to;
    }
    return this;
  }

  @Override
  public DatagramChannel disconnect() throws IOException {
    synchronized (options) {
      DatagramChannel from = connected;
      if (from != null) {
        DatagramChannel _ = from.disconnect();
        connected = null;
      }
    }
    return this;
  }

  private IOException told(IOException why, DatagramChannel side, SocketAddress remote) {
    return side == outside ? why : worlds.told(why, remote);
  }

  /** Which side sends to an address. */
  private DatagramChannel sideOf(SocketAddress remote) {
    DatagramChannel stack = inside;
    DatagramChannel machine = outside;
    if (stack == null || machine == null) {
      return side();
    }
    boolean isGroup =
        remote instanceof InetSocketAddress inet
            && inet.getAddress() != null
            && inet.getAddress().isMulticastAddress();
    return worlds.isOutside(remote) && !(isGroup && groupsInside) ? machine : stack;
  }

  @Override
  public boolean isConnected() {
    return connected != null;
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    return side().getRemoteAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    return side().getLocalAddress();
  }

  // ---------------------------------------------------------------- receive and send

  @Override
  public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
    return receive(target, isBlocking() ? 0 : -1);
  }

  /**
   * Receives, from whom the channel is connected to if it is.
   *
   * @param millis how long to wait: 0 without an end, less than 0 not at all
   * @return null if there is nothing and it was not to wait
   * @throws java.net.SocketTimeoutException if nothing has come by then
   */
  @Nullable SocketAddress receive(ByteBuffer target, int millis) throws IOException {
    ensureBound();
    closeIfInterrupted();
    SocketAddress from = tryReceive(target);
    return from != null || millis < 0
        ? from
        : gate.await(() -> tryReceive(target), SelectionKey.OP_READ, millis);
  }

  private @Nullable SocketAddress tryReceive(ByteBuffer target) throws IOException {
    DatagramChannel only = connected;
    if (only != null) {
      return only.receive(target);
    }
    DatagramChannel stack = inside;
    SocketAddress from = stack == null ? null : stack.receive(target);
    DatagramChannel machine = outside;
    return from != null || machine == null ? from : receiveOutside(machine, target);
  }

  private @Nullable SocketAddress receiveOutside(DatagramChannel machine, ByteBuffer target)
      throws IOException {
    while (true) {
      int start = target.position();
      SocketAddress from = machine.receive(target);
      if (inside == null || !(from instanceof InetSocketAddress inet) || worlds.isOutside(inet)) {
        return from;
      }
      target.position(start);
    }
  }

  @Override
  public int send(ByteBuffer source, SocketAddress target) throws IOException {
    ensureBound();
    closeIfInterrupted();
    DatagramChannel to = sideOf(target);
    int left = source.remaining();
    int sent;
    try {
      sent = to.send(source, target);
    } catch (IOException e) {
      throw told(e, to, target);
    }
    if (sent == 0 && left > 0 && isBlocking()) {
      Integer more = gate.await(() -> orNull(to.send(source, target)), SelectionKey.OP_WRITE, 0);
      return more == null ? 0 : more;
    }
    return sent;
  }

  private static @Nullable Integer orNull(int count) {
    return count == 0 ? null : count;
  }

  private static @Nullable Long orNull(long count) {
    return count == 0 ? null : count;
  }

  private DatagramChannel ensureConnected() throws IOException {
    ensureOpen();
    DatagramChannel to = connected;
    if (to == null) {
      throw new NotYetConnectedException();
    }
    closeIfInterrupted();
    return to;
  }

  /**
   * "If a thread's interrupt status is already set and it invokes a blocking I/O operation upon a
   * channel then the channel will be closed".
   */
  private void closeIfInterrupted() throws IOException {
    if (isBlocking() && !uninterruptible && Thread.currentThread().isInterrupted()) {
      beginWait();
      endWait(false);
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    DatagramChannel from = ensureConnected();
    int count = from.read(target);
    if (count == 0 && target.hasRemaining() && isBlocking()) {
      Integer later = gate.await(() -> orNull(from.read(target)), SelectionKey.OP_READ, 0);
      return later == null ? 0 : later;
    }
    return count;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    DatagramChannel from = ensureConnected();
    long count = from.read(targets, offset, length);
    if (count == 0 && remaining(targets, offset, length) > 0 && isBlocking()) {
      Long later =
          gate.await(() -> orNull(from.read(targets, offset, length)), SelectionKey.OP_READ, 0);
      return later == null ? 0 : later;
    }
    return count;
  }

  private static long remaining(ByteBuffer[] buffers, int offset, int length) {
    long all = 0;
    for (int i = offset; i < offset + length; i++) {
      all += buffers[i].remaining();
    }
    return all;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return (int) write(new ByteBuffer[] {source}, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    DatagramChannel to = ensureConnected();
    long left = remaining(sources, offset, length);
    long written = to.write(sources, offset, length);
    if (written == 0 && left > 0 && isBlocking()) {
      Long more =
          gate.await(() -> orNull(to.write(sources, offset, length)), SelectionKey.OP_WRITE, 0);
      return more == null ? 0 : more;
    }
    return written;
  }

  /** Both sides, for the gate. */
  DatagramChannel[] sides() {
    DatagramChannel stack = inside;
    DatagramChannel machine = outside;
    if (stack == null || machine == null) {
      return new DatagramChannel[] {side()};
    }
    return new DatagramChannel[] {stack, machine};
  }

  // ---------------------------------------------------------------- groups

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
    return keyOf(groupSide(on).join(group, on));
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    return keyOf(groupSide(on).join(group, on, source));
  }

  /** "If this channel is currently a member ... then the membership key ... is returned". */
  private MembershipKey keyOf(MembershipKey membership) {
    synchronized (options) {
      memberships.removeIf(each -> !each.isValid());
      for (MixedMembershipKey each : memberships) {
        if (each.isOf(membership)) {
          return each;
        }
      }
      MixedMembershipKey key = new MixedMembershipKey(this, membership);
      memberships.add(key);
      return key;
    }
  }

  private DatagramChannel groupSide(NetworkInterface on) throws IOException {
    DatagramChannel stack = inside;
    if (!on.isLoopback() && worlds.machine() != null) {
      // Joined on a side that there must be before the channel is bound, too.
      synchronized (options) {
        if (outside == null && !bound && stack != null) {
          DatagramChannel _ = bind(null);
        }
      }
      DatagramChannel machine = outside;
      return machine != null ? machine : side();
    }
    return stack != null ? stack : side();
  }

  // ---------------------------------------------------------------- options

  @Override
  public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
    options.check(name);
    synchronized (options) {
      ensureOpen();
      if (name.equals(StandardSocketOptions.IP_MULTICAST_IF)) {
        setGroupInterface((NetworkInterface) value);
        return this;
      }
      for (DatagramChannel each : sides()) {
        if (each.supportedOptions().contains(name)) {
          DatagramChannel _ = each.setOption(name, value);
        }
      }
      if (!bound) {
        options.record(name, value);
      }
    }
    return this;
  }

  private void setGroupInterface(NetworkInterface on) throws IOException {
    groupsInside = on.isLoopback() || worlds.machine() == null;
    groupInterface = on;
    DatagramChannel to = groupsInside ? inside : outside;
    if (to != null) {
      DatagramChannel _ = to.setOption(StandardSocketOptions.IP_MULTICAST_IF, on);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // The type of this one option's value.
  public <T> T getOption(SocketOption<T> name) throws IOException {
    options.check(name);
    synchronized (options) {
      ensureOpen();
      if (name.equals(StandardSocketOptions.IP_MULTICAST_IF) && groupInterface != null) {
        return (T) groupInterface;
      }
      return side().getOption(name);
    }
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options.supported();
  }

  @Override
  public DatagramSocket socket() {
    synchronized (options) {
      MixedDatagramSocket s = socket;
      if (s == null) {
        s = MixedDatagramSocket.over(this);
        socket = s;
      }
      return s;
    }
  }

  /** The sides never block; this channel waits for them at its gate. */
  @Override
  protected void implConfigureBlocking(boolean block) {}

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    DatagramChannel stack = inside;
    if (stack != null) {
      stack.close();
    }
    DatagramChannel machine = outside;
    if (machine != null) {
      machine.close();
    }
    gate.close();
  }

  /** Marks a wait that an interrupt ends by closing the channel. */
  void beginWait() {
    begin();
  }

  /** Ends it. */
  void endWait(boolean completed) throws IOException {
    end(completed);
  }

  @Override
  public String toString() {
    return side().toString();
  }
}

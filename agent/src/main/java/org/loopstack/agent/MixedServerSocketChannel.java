// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A listening channel: of the stack on a loopback address, of the machine on one of its other
 * addresses, and on the wildcard address of both, with one socket for each of the machine's
 * addresses that are not loopback ones.
 *
 * <p>If the port of a wildcard listener is taken outside, it listens inside alone, and one line of
 * the log says so: what is in the way there belongs to another program, and many JVMs are meant to
 * listen on the same port, each on its own loopback.
 */
final class MixedServerSocketChannel extends ServerSocketChannel implements Mixed {
  private static final System.Logger LOG = System.getLogger("org.loopstack.agent");

  private final MixedSelectorProvider provider;
  private final Worlds worlds;
  private final @Nullable ProtocolFamily family;
  private final OptionLog options;
  private final Registrations registrations = new Registrations();
  private final ReentrantLock acceptLock = new ReentrantLock();

  // Guarded by "options".
  private boolean bound;

  /** Where connections come from; the first one stands for all of them. Replaced, not changed. */
  private volatile List<ServerSocketChannel> sides;

  /** Where a thread waits for more than one side, or null. */
  private volatile @Nullable Selector gate;

  private volatile @Nullable MixedServerSocket socket;

  MixedServerSocketChannel(MixedSelectorProvider provider, @Nullable ProtocolFamily family)
      throws IOException {
    super(provider);
    this.provider = provider;
    this.worlds = provider.worlds();
    this.family = family;
    ServerSocketChannel stack = open(worlds.inside());
    this.options = new OptionLog(stack.supportedOptions());
    this.sides = List.of(stack);
    registrations.serve(stack);
  }

  private ServerSocketChannel open(java.nio.channels.spi.SelectorProvider world)
      throws IOException {
    return family == null ? world.openServerSocketChannel() : world.openServerSocketChannel(family);
  }

  private ServerSocketChannel openOutside() throws IOException {
    ServerSocketChannel machine = open(worlds.outside());
    try {
      options.applyTo(machine);
    } catch (IOException | RuntimeException e) {
      machine.close();
      throw e;
    }
    return machine;
  }

  @Override
  public Registrations registrations() {
    return registrations;
  }

  /** The channel that stands for all sides. */
  ServerSocketChannel side() {
    return sides.getFirst();
  }

  @Override
  public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
    synchronized (options) {
      if (!isOpen()) {
        throw new ClosedChannelException();
      }
      if (bound) {
        throw new AlreadyBoundException();
      }
      if (worlds.isOutside(local)) {
        bindOutside(local, backlog);
      } else {
        ServerSocketChannel _ = side().bind(local, backlog);
        if (worlds.isBoth(local)) {
          listenOutside(backlog);
        }
      }
      bound = true;
    }
    return this;
  }

  private void bindOutside(@Nullable SocketAddress local, int backlog) throws IOException {
    ServerSocketChannel machine = openOutside();
    try {
      ServerSocketChannel _ = machine.bind(local, backlog);
      machine.configureBlocking(isBlocking());
    } catch (IOException | RuntimeException e) {
      machine.close();
      throw e;
    }
    ServerSocketChannel stack = side();
    registrations.drop(stack);
    registrations.serve(machine);
    sides = List.of(machine);
    stack.close();
    closeIfClosed();
  }

  private void listenOutside(int backlog) throws IOException {
    int port = ((InetSocketAddress) side().getLocalAddress()).getPort();
    List<ServerSocketChannel> all = new ArrayList<>(sides);
    boolean ipv4Only =
        family == StandardProtocolFamily.INET || Boolean.getBoolean("java.net.preferIPv4Stack");
    for (InetAddress address : worlds.outsideAddresses(ipv4Only)) {
      ServerSocketChannel machine = openOutside();
      try {
        ServerSocketChannel _ = machine.bind(new InetSocketAddress(address, port), backlog);
        machine.configureBlocking(false);
        all.add(machine);
      } catch (BindException e) {
        machine.close();
        OutsideTaken.tell(LOG, new InetSocketAddress(address, port), e);
      }
    }
    if (all.size() > 1) {
      side().configureBlocking(false);
      Selector waiting = provider.openSelector();
      for (ServerSocketChannel each : all) {
        SelectionKey _ = each.register(waiting, SelectionKey.OP_ACCEPT);
      }
      gate = waiting;
      sides = List.copyOf(all);
      for (ServerSocketChannel each : all.subList(1, all.size())) {
        registrations.serve(each);
      }
      closeIfClosed();
    }
  }

  private void closeIfClosed() throws IOException {
    if (!isOpen()) {
      implCloseSelectableChannel();
    }
  }

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    return accept(0);
  }

  /**
   * Accepts, for a blocking channel until a time.
   *
   * @param millis 0 for no end
   * @throws SocketTimeoutException if nobody has connected by then
   */
  @Nullable SocketChannel accept(int millis) throws IOException {
    ServerSocketChannel first = side();
    if (sides.size() == 1 && millis == 0) {
      return acceptFrom(first);
    }
    acceptLock.lock();
    try {
      if (!isOpen()) {
        throw new ClosedChannelException();
      }
      synchronized (options) {
        if (!bound) {
          throw new NotYetBoundException();
        }
      }
      if (sides.size() == 1) {
        return acceptTimed(first, millis);
      }
      SocketChannel accepted = acceptFromAny();
      return accepted != null || !isBlocking() ? accepted : await(millis);
    } finally {
      acceptLock.unlock();
    }
  }

  private @Nullable SocketChannel acceptFrom(ServerSocketChannel from) throws IOException {
    try {
      SocketChannel accepted = from.accept();
      return accepted == null ? null : MixedSocketChannel.accepted(provider, accepted);
    } catch (ClosedChannelException e) {
      if (!from.isOpen() && isOpen()) {
        close();
      }
      throw e;
    }
  }

  private SocketChannel acceptTimed(ServerSocketChannel from, int millis) throws IOException {
    if (!isBlocking()) {
      throw new IllegalBlockingModeException();
    }
    ServerSocket adaptor = from.socket();
    adaptor.setSoTimeout(millis);
    try {
      return MixedSocketChannel.accepted(provider, adaptor.accept().getChannel());
    } finally {
      if (from.isOpen()) {
        adaptor.setSoTimeout(0);
      } else {
        close();
      }
    }
  }

  private @Nullable SocketChannel acceptFromAny() throws IOException {
    for (ServerSocketChannel from : sides) {
      SocketChannel accepted = acceptFrom(from);
      if (accepted != null) {
        return accepted;
      }
    }
    return null;
  }

  private SocketChannel await(int millis) throws IOException {
    Selector waiting = gate;
    long start = System.nanoTime();
    SocketChannel accepted = null;
    begin();
    try {
      while (isOpen() && waiting != null) {
        accepted = acceptFromAny();
        if (accepted != null) {
          break;
        }
        if (Thread.currentThread().isInterrupted()) {
          // Who interrupts may not have told the channel yet, or told the selector instead.
          begin();
          break;
        }
        long left = millis - (System.nanoTime() - start) / 1_000_000;
        if (millis > 0 && left <= 0) {
          throw new SocketTimeoutException("Accept timed out");
        }
        waiting.select(key -> {}, millis == 0 ? 0 : left);
      }
    } catch (java.nio.channels.ClosedSelectorException | ClosedChannelException e) {
      // Said by end below.
    } finally {
      end(accepted != null);
    }
    if (accepted == null) {
      throw new AsynchronousCloseException();
    }
    return accepted;
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    return side().getLocalAddress();
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    options.check(name);
    synchronized (options) {
      for (ServerSocketChannel each : sides) {
        if (each.supportedOptions().contains(name)) {
          ServerSocketChannel _ = each.setOption(name, value);
        }
      }
      if (!bound) {
        options.record(name, value);
      }
    }
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    options.check(name);
    return side().getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options.supported();
  }

  @Override
  public ServerSocket socket() {
    synchronized (options) {
      MixedServerSocket s = socket;
      if (s == null) {
        s = MixedServerSocket.over(this);
        socket = s;
      }
      return s;
    }
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    acceptLock.lock();
    try {
      synchronized (options) {
        registrations.forgetCancelled();
        if (sides.size() == 1) {
          side().configureBlocking(block);
        }
      }
    } finally {
      acceptLock.unlock();
    }
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    for (ServerSocketChannel each : sides) {
      each.close();
    }
    Selector waiting = gate;
    if (waiting != null) {
      waiting.close();
    }
  }

  @Override
  public String toString() {
    return side().toString();
  }
}

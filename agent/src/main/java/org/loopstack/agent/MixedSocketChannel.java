// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A stream channel that its user has opened: one of the stack's until it is bound to, or connects
 * to, an address outside; then one of the JDK's own. What a listener accepts has its world from the
 * start.
 *
 * <p>A channel that is bound to the wildcard address holds its port in the stack alone until it
 * connects; outside it is bound then, and to another port if its user did not choose one and that
 * one is taken there.
 */
final class MixedSocketChannel extends SocketChannel implements Mixed {
  private final Worlds worlds;
  private final @Nullable ProtocolFamily family;
  private final OptionLog options;
  private final Registrations registrations = new Registrations();

  // Guarded by "options", the lock of whatever changes sides.
  private boolean chosen;
  private @Nullable InetSocketAddress wildcard;

  private volatile SocketChannel side;
  private volatile @Nullable MixedSocket socket;

  MixedSocketChannel(MixedSelectorProvider provider, @Nullable ProtocolFamily family)
      throws IOException {
    super(provider);
    this.worlds = provider.worlds();
    this.family = family;
    this.options = new OptionLog(provider.streamOptions());
    this.side =
        family == null
            ? worlds.inside().openSocketChannel()
            : worlds.inside().openSocketChannel(family);
    registrations.serve(side);
  }

  /** What a listener has accepted. */
  static MixedSocketChannel accepted(MixedSelectorProvider provider, SocketChannel accepted)
      throws IOException {
    return new MixedSocketChannel(accepted, provider);
  }

  private MixedSocketChannel(SocketChannel accepted, MixedSelectorProvider provider)
      throws IOException {
    super(provider);
    this.worlds = provider.worlds();
    this.family = null;
    this.options = new OptionLog(provider.streamOptions());
    this.side = accepted;
    this.chosen = true;
    registrations.serve(accepted);
  }

  @Override
  public Registrations registrations() {
    return registrations;
  }

  /** The channel that everything goes to. */
  SocketChannel side() {
    return side;
  }

  /** Makes the channel one of the world that an address is in, unless that is decided. */
  void choose(SocketAddress remote) throws IOException {
    synchronized (options) {
      if (!chosen && isOpen()) {
        if (worlds.isOutside(remote)) {
          moveOutside();
          bindWildcard();
        }
        chosen = remote instanceof InetSocketAddress inet && !inet.isUnresolved();
      }
    }
  }

  private void moveOutside() throws IOException {
    SocketChannel old = side;
    SocketChannel machine =
        family == null
            ? worlds.outside().openSocketChannel()
            : worlds.outside().openSocketChannel(family);
    try {
      machine.configureBlocking(isBlocking());
      options.applyTo(machine);
      machine.socket().setSoTimeout(old.socket().getSoTimeout());
      machine.socket().setOOBInline(old.socket().getOOBInline());
    } catch (IOException | RuntimeException e) {
      machine.close();
      throw e;
    }
    registrations.drop(old);
    registrations.serve(machine);
    side = machine;
    if (!isOpen()) {
      machine.close();
    }
    old.close();
  }

  private void bindWildcard() throws IOException {
    InetSocketAddress asked = wildcard;
    if (asked != null) {
      try {
        SocketChannel _ = side.bind(asked);
      } catch (BindException e) {
        if (asked.getPort() != 0) {
          throw e;
        }
      }
    }
  }

  @Override
  public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
    synchronized (options) {
      boolean outside = !chosen && worlds.isOutside(local);
      if (outside) {
        moveOutside();
      }
      SocketChannel _ = side.bind(local);
      if (!worlds.isBoth(local)) {
        chosen = true;
      } else if (!chosen) {
        wildcard = local == null ? new InetSocketAddress(0) : (InetSocketAddress) local;
      }
    }
    return this;
  }

  @Override
  public boolean connect(SocketAddress remote) throws IOException {
    choose(remote);
    SocketChannel to = side;
    try {
      return to.connect(remote);
    } catch (IOException e) {
      closeWith(to);
      throw chosenInside(to) ? worlds.told(e, remote) : e;
    } catch (RuntimeException e) {
      closeWith(to);
      throw e;
    }
  }

  private boolean chosenInside(SocketChannel to) {
    return to.provider() == worlds.inside();
  }

  @Override
  public boolean finishConnect() throws IOException {
    SocketChannel to = side;
    try {
      return to.finishConnect();
    } catch (IOException e) {
      closeWith(to);
      throw e;
    }
  }

  /** An interrupt, or a failed attempt to connect, has closed the side: then all is closed. */
  void closeWith(SocketChannel from) throws IOException {
    if (!from.isOpen() && from == side) {
      close();
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    SocketChannel from = side;
    try {
      return from.read(target);
    } catch (ClosedChannelException e) {
      closeWith(from);
      throw e;
    }
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    SocketChannel from = side;
    try {
      return from.read(targets, offset, length);
    } catch (ClosedChannelException e) {
      closeWith(from);
      throw e;
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    SocketChannel to = side;
    try {
      return to.write(source);
    } catch (ClosedChannelException e) {
      closeWith(to);
      throw e;
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    SocketChannel to = side;
    try {
      return to.write(sources, offset, length);
    } catch (ClosedChannelException e) {
      closeWith(to);
      throw e;
    }
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    SocketChannel _ = side.shutdownInput();
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    SocketChannel _ = side.shutdownOutput();
    return this;
  }

  @Override
  public boolean isConnected() {
    return side.isConnected();
  }

  @Override
  public boolean isConnectionPending() {
    return side.isConnectionPending();
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    return side.getRemoteAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    return side.getLocalAddress();
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    options.check(name);
    synchronized (options) {
      SocketChannel _ = side.setOption(name, value);
      if (!chosen) {
        options.record(name, value);
      }
    }
    return this;
  }

  /** An option was set by the side's socket, whose exceptions are its own. */
  <T> void chosenBySocket(SocketOption<T> name, T value) {
    synchronized (options) {
      if (!chosen) {
        options.record(name, value);
      }
    }
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    options.check(name);
    return side.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return options.supported();
  }

  @Override
  public Socket socket() {
    synchronized (options) {
      MixedSocket s = socket;
      if (s == null) {
        s = MixedSocket.over(this);
        socket = s;
      }
      return s;
    }
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    synchronized (options) {
      registrations.forgetCancelled();
      side.configureBlocking(block);
    }
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    side.close();
  }

  @Override
  public String toString() {
    return side.toString();
  }
}

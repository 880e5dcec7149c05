// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The provider of a JVM in two worlds. Its channels choose one late; its selectors take both. */
public final class MixedSelectorProvider extends SelectorProvider {
  private final Worlds worlds;
  private volatile @Nullable Set<SocketOption<?>> streamOptions;

  /** Called by {@code java.nio}, in a JVM that the agent was put into. */
  public MixedSelectorProvider() {
    this(Hooks.worlds());
  }

  MixedSelectorProvider(Worlds worlds) {
    this.worlds = worlds;
  }

  Worlds worlds() {
    return worlds;
  }

  /** Then there is nothing to mix: channels and selectors are the stack's own. */
  private boolean isolated() {
    return worlds.machine() == null;
  }

  /** The options that a stream channel has in both worlds. */
  Set<SocketOption<?>> streamOptions() throws IOException {
    Set<SocketOption<?>> options = streamOptions;
    if (options == null) {
      options = worlds.streamOptions();
      streamOptions = options;
    }
    return options;
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return isolated() ? worlds.inside().openSocketChannel() : new MixedSocketChannel(this, null);
  }

  /** Opens a channel; one for Unix domain sockets is the JDK's own. */
  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return family == StandardProtocolFamily.UNIX
        ? Hooks.platformProvider().openSocketChannel(family)
        : isolated()
            ? worlds.inside().openSocketChannel(family)
            : new MixedSocketChannel(this, family);
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return isolated()
        ? worlds.inside().openServerSocketChannel()
        : new MixedServerSocketChannel(this, null);
  }

  /** As {@link #openSocketChannel(ProtocolFamily)}. */
  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return family == StandardProtocolFamily.UNIX
        ? Hooks.platformProvider().openServerSocketChannel(family)
        : isolated()
            ? worlds.inside().openServerSocketChannel(family)
            : new MixedServerSocketChannel(this, family);
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return isolated()
        ? worlds.inside().openDatagramChannel()
        : new MixedDatagramChannel(this, null, false);
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return isolated()
        ? worlds.inside().openDatagramChannel(family)
        : new MixedDatagramChannel(this, family, false);
  }

  @Override
  public AbstractSelector openSelector() {
    return isolated() ? worlds.inside().openSelector() : new MixedSelector(this, worlds);
  }

  @Override
  public Pipe openPipe() throws IOException {
    Pipe pipe = worlds.inside().openPipe();
    return isolated() ? pipe : new MixedPipe(this, pipe);
  }

  /** What a super-server has left to this JVM is a socket of the machine's. */
  @Override
  public @Nullable Channel inheritedChannel() throws IOException {
    return worlds.machine() == null ? null : worlds.outside().inheritedChannel();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketImpl;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sun.nio.ch.DefaultSelectorProvider;
import sun.nio.ch.NioSocketImpl;
import sun.nio.ch.SelectorProviderImpl;

/** What the rewritten classes of the JDK ask, each from one place: see {@link JdkRewriter}. */
final class Hooks {
  private static volatile @Nullable MixedSelectorProvider provider;

  private Hooks() {}

  static void install(Worlds worlds) {
    InstalledWorlds.install(worlds);
    provider = new MixedSelectorProvider(worlds);
  }

  /** The worlds of this JVM. */
  static Worlds worlds() {
    Worlds worlds = InstalledWorlds.find();
    if (worlds == null) {
      throw new IllegalStateException("The agent is not installed: -javaagent:loopstack-agent.jar");
    }
    return worlds;
  }

  private static MixedSelectorProvider provider() {
    MixedSelectorProvider mixed = provider;
    if (mixed == null) {
      throw new IllegalStateException("The agent is not installed");
    }
    return mixed;
  }

  /** The JDK's own provider, whatever any property says. */
  static SelectorProvider platformProvider() {
    return DefaultSelectorProvider.get();
  }

  /** A datagram channel of the machine's. */
  static DatagramChannel openMachineDatagram(
      Worlds worlds, @Nullable ProtocolFamily family, boolean uninterruptible) throws IOException {
    SelectorProvider machine = worlds.outside();
    if (uninterruptible && machine instanceof SelectorProviderImpl platform) {
      return platform.openUninterruptibleDatagramChannel();
    }
    return family == null ? machine.openDatagramChannel() : machine.openDatagramChannel(family);
  }

  /**
   * Answers a class of the JDK.
   *
   * @param name of a {@link HookName}
   * @param arguments what that wants
   * @return null where the JDK is to go on by itself
   */
  static @Nullable Object answer(String name, @Nullable Object[] arguments) {
    try {
      return switch (HookName.valueOf(name)) {
        case SOCKET_IMPL -> socketImpl((boolean) argument(arguments, 0));
        case DATAGRAM_CHANNEL -> new MixedDatagramChannel(provider(), null, true);
        case REACHABLE ->
            isReachable(
                (InetAddress) argument(arguments, 0),
                (int) argument(arguments, 1),
                (int) argument(arguments, 2));
        case INTERFACES -> Interfaces.of(worlds()).all((NetworkInterface[]) arguments[0]);
        case INTERFACE -> Interfaces.of(worlds()).one((NetworkInterface) arguments[0]);
        case INPUT_STREAM ->
            isOurs(argument(arguments, 0))
                ? new ChannelStreams.Input((SocketChannel) argument(arguments, 0))
                : null;
        case OUTPUT_STREAM ->
            isOurs(argument(arguments, 0))
                ? new ChannelStreams.Output((SocketChannel) argument(arguments, 0))
                : null;
      };
    } catch (IOException e) {
      // Every place that asks declares it.
      throw unchecked(e);
    }
  }

  /** Whether it is a stream channel whose streams would lock each other out. */
  private static boolean isOurs(Object channel) {
    return channel instanceof SocketChannel stream
        && (stream instanceof MixedSocketChannel || stream.provider() == worlds().inside());
  }

  private static Object argument(@Nullable Object[] arguments, int index) {
    return Objects.requireNonNull(arguments[index]);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(IOException e) throws E {
    throw (E) e;
  }

  private static SocketImpl socketImpl(boolean server) {
    return RawSockets.RAW.isBound()
        ? new NioSocketImpl(server)
        : new MixedSocketImpl(worlds(), server);
  }

  private static @Nullable Boolean isReachable(InetAddress address, int hops, int millis)
      throws IOException {
    Worlds worlds = worlds();
    return worlds.isOutside(address)
        ? null
        : (Boolean) Reachability.ask(worlds.stack(), address, hops, millis);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * Puts all channels and selectors of a JVM on one stack, which is created when it is first needed:
 *
 * <pre>{@code
 * java -Djava.nio.channels.spi.SelectorProvider=org.loopstack.socket.JvmSelectorProvider ...
 * }</pre>
 *
 * <p>Nothing happens unless that property, or a service file of the user's own, names this class.
 */
public final class JvmSelectorProvider extends SelectorProvider {
  /**
   * The JVM's one stack. The roof of the library is above this room, so that it is looked up by
   * name, here and nowhere else: whoever asks for a JVM-wide stack has no stack to start from.
   */
  private static final class Default {
    static final SelectorProvider PROVIDER = create();

    private static SelectorProvider create() {
      try {
        Class<?> type = Class.forName("org.loopstack.Stack");
        Object stack = type.getMethod("create").invoke(null);
        return (SelectorProvider) type.getMethod("selectorProvider").invoke(stack);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  /** Called by {@code java.nio}; creates nothing yet. */
  public JvmSelectorProvider() {}

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return Default.PROVIDER.openSocketChannel();
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return Default.PROVIDER.openSocketChannel(family);
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return Default.PROVIDER.openServerSocketChannel();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return Default.PROVIDER.openServerSocketChannel(family);
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return Default.PROVIDER.openDatagramChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return Default.PROVIDER.openDatagramChannel(family);
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return Default.PROVIDER.openSelector();
  }

  @Override
  public Pipe openPipe() throws IOException {
    return Default.PROVIDER.openPipe();
  }

  @Override
  public @Nullable Channel inheritedChannel() {
    return null;
  }
}

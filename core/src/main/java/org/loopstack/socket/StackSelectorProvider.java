// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.EndpointFactory;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportOptions;

/**
 * Opens the channels and selectors of one stack. What it opens works together, and with nothing
 * that another provider has opened. Safe for use by many threads.
 *
 * <p>Channels opened without a family are those of {@link StandardProtocolFamily#INET6}, which
 * serve IPv4 too, as on the JDK; the system property {@code java.net.preferIPv4Stack} makes them
 * {@link StandardProtocolFamily#INET}. Unix domain channels are the machine's own, see {@link
 * #openSocketChannel(ProtocolFamily)}.
 */
public final class StackSelectorProvider extends SelectorProvider {
  private final EndpointFactory endpoints;

  /** Every channel and selector that is open. */
  private final Set<Closeable> opened = ConcurrentHashMap.newKeySet();

  private final AsynchronousChannelProvider asynchronous =
      new StackAsynchronousChannelProvider(this);

  private volatile boolean down;

  /**
   * A provider over a stack's transport layer.
   *
   * @param endpoints where the endpoints behind the channels come from
   */
  @SuppressWarnings("exports") // Only the roof of the library has an EndpointFactory to give.
  public StackSelectorProvider(EndpointFactory endpoints) {
    this.endpoints = endpoints;
  }

  /** What drives the stack. */
  Engine engine() {
    return endpoints.engine();
  }

  /** A channel or selector is open from now on, if the stack is. */
  <C extends Closeable> C opened(C channel) {
    opened.add(channel);
    // Added first and looked at then: either closeAll finds it, or this finds that all are closed.
    if (down) {
      closeForGood(channel);
    }
    return channel;
  }

  /** A channel or selector is closed. */
  void closed(Closeable channel) {
    opened.remove(channel);
  }

  /** Whether all channels are being closed: what one sees of another's end is not the peer's. */
  boolean isDown() {
    return down;
  }

  /**
   * Closes every channel and selector that this provider has opened, as when a host is switched
   * off: no close lingers, and threads that wait are woken with the exception that an asynchronous
   * close gives.
   */
  public void closeAll() {
    down = true;
    opened.forEach(StackSelectorProvider::closeForGood);
  }

  private static void closeForGood(Closeable channel) {
    try {
      switch (channel) {
        case StackSocketChannel stream -> stream.doNotLinger();
        case BlockingSocket socket -> socket.options().doNotLinger();
        default -> {}
      }
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("A stack's channels close without a failure", e);
    }
  }

  private static ProtocolFamily defaultFamily() {
    return Boolean.getBoolean("java.net.preferIPv4Stack")
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  private static AddressFamily family(ProtocolFamily family) {
    Objects.requireNonNull(family, "family");
    if (family == StandardProtocolFamily.INET) {
      return AddressFamily.INET;
    }
    if (family == StandardProtocolFamily.INET6) {
      return AddressFamily.INET6;
    }
    throw new UnsupportedOperationException("Protocol family not supported");
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return openSocketChannel(defaultFamily());
  }

  /**
   * Opens a channel for connections.
   *
   * @param family INET or INET6 for a channel of the stack; UNIX for one of the JDK, which no
   *     selector of the stack knows
   * @throws UnsupportedOperationException for any other family, and for UNIX if this JVM's default
   *     provider is a stack's and the JDK's own cannot be reached
   */
  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    if (family == StandardProtocolFamily.UNIX) {
      return PlatformProvider.get().openSocketChannel(family);
    }
    AddressFamily addresses = family(family);
    try {
      return opened(new StackSocketChannel(this, addresses, endpoints.openStream(addresses)));
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return openServerSocketChannel(defaultFamily());
  }

  /**
   * Opens a channel that listens.
   *
   * @param family as of {@link #openSocketChannel(ProtocolFamily)}
   */
  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    if (family == StandardProtocolFamily.UNIX) {
      return PlatformProvider.get().openServerSocketChannel(family);
    }
    AddressFamily addresses = family(family);
    try {
      return opened(
          new StackServerSocketChannel(this, addresses, endpoints.openListener(addresses)));
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return openDatagramChannel(defaultFamily());
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return openDatagrams(family(family), true);
  }

  private StackDatagramChannel openDatagrams(AddressFamily family, boolean interruptible)
      throws IOException {
    try {
      DatagramEndpoint endpoint = endpoints.openDatagram(family);
      // The Javadoc of MulticastChannel leaves it open; all of the JDK's on Linux have it off.
      endpoint.setOption(TransportOptions.IP_MULTICAST_ALL, false);
      return opened(new StackDatagramChannel(this, family, endpoint, interruptible));
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  /** Makes sockets that share their ports with the channels, and know the resolver's names. */
  public SocketFactory socketFactory(StackResolver resolver) {
    return new StackSocketFactory(this, resolver);
  }

  /** Makes listening sockets that share their ports with the channels. */
  public ServerSocketFactory serverSocketFactory() {
    return new StackServerSocketFactory(this);
  }

  /** The asynchronous channels of the stack. Always the same provider. */
  public AsynchronousChannelProvider asynchronousChannelProvider() {
    return asynchronous;
  }

  /** The family of channels opened without one. */
  AddressFamily family() {
    return family(defaultFamily());
  }

  /** An endpoint for a connection, of that family. */
  StreamEndpoint newStream() throws IOException {
    try {
      return endpoints.openStream(family());
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  /** An endpoint that listens, of that family. */
  ListenerEndpoint newListener() throws IOException {
    try {
      return endpoints.openListener(family());
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  /** A connection to be, for {@code java.net}. */
  BlockingStream openStream() throws IOException {
    return opened(new BlockingStream(this, family(), newStream()));
  }

  /** A listener to be, for {@code java.net}. */
  BlockingListener openListener() throws IOException {
    ListenerEndpoint endpoint = newListener();
    try {
      return opened(new BlockingListener(this, family(), endpoint));
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  /** A channel for a datagram socket of {@code java.net}: no interrupt closes it. */
  StackDatagramChannel openUninterruptibleDatagrams() throws IOException {
    return openDatagrams(family(), false);
  }

  /** Opens a selector; one of a closed stack is closed. */
  @Override
  public AbstractSelector openSelector() {
    return opened(new StackSelector(this, engine(), null));
  }

  /**
   * Opens a selector for whoever waits for a stack and for something else at once, and so cannot
   * wait in the selector: he is told instead when it may have something new.
   *
   * @param alarm run on whichever thread made a key ready, or called {@link
   *     java.nio.channels.Selector#wakeup}; at most once between two selections; must neither block
   *     nor call the selector
   */
  public AbstractSelector openSelector(Runnable alarm) {
    return opened(new StackSelector(this, engine(), Objects.requireNonNull(alarm, "alarm")));
  }

  /** Opens a pipe; the ends of a closed stack's are closed. */
  @Override
  public Pipe openPipe() {
    StackPipe pipe = new StackPipe(this);
    opened(pipe.source());
    opened(pipe.sink());
    return pipe;
  }

  /** Nobody hands a stack a channel that he has opened before it was there: null. */
  @Override
  public @Nullable Channel inheritedChannel() {
    return null;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.fault.Faults;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LoopbackLink;
import org.loopstack.socket.StackDatagramSockets;
import org.loopstack.socket.StackResolver;
import org.loopstack.socket.StackSocketImpl;
import org.loopstack.transport.AddressFamily;

/**
 * A host of its own: interfaces, first of all {@code lo}, addresses, routes, TCP, UDP and ICMP, in
 * this JVM and unknown to the machine and to every other stack.
 *
 * <pre>{@code
 * try (Stack stack = Stack.create()) {
 *   ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
 *   server.bind(new InetSocketAddress("127.0.0.1", 8080));       // nobody else's port 8080
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads. A stack owns no thread; it must be {@linkplain #close closed}.
 */
public final class Stack implements AutoCloseable {
  private final StackConfiguration configuration;
  private final InternetLayer internet;
  private final Transports transports;
  private final StackRoutes routes;
  private final ConcurrentHashMap<Interface, Faults> faults = new ConcurrentHashMap<>();
  private final StackInterface loopback;
  private final StackResolver resolver;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Stack(StackConfiguration configuration, Link loopbackLink) {
    this.configuration = configuration;
    InternetConfiguration.HostModel hostModel =
        switch (configuration.hostModel()) {
          case WEAK -> InternetConfiguration.HostModel.WEAK;
          case STRONG -> InternetConfiguration.HostModel.STRONG;
        };
    this.internet =
        new InternetLayer(
            configuration.engine(),
            InternetConfiguration.LINUX.toBuilder()
                .loopbackUp(configuration.loopbackUp())
                .hostModel(hostModel)
                .acceptSourceRoute(configuration.acceptSourceRoute())
                .defaultTtl(configuration.defaultTtl())
                .build(),
            loopbackLink);
    this.transports = new Transports(internet, configuration);
    this.routes = new StackRoutes(internet);
    this.loopback = view(internet.loopback());
    this.resolver = new StackResolver(configuration.names(), this::interfaceIndex);
  }

  private StackInterface view(Interface each) {
    return new StackInterface(each, configuration, faults.computeIfAbsent(each, this::newFaults));
  }

  private Faults newFaults(Interface passage) {
    Long seed = configuration.seed();
    Long known = seed == null && configuration.clock() != null ? Long.valueOf(0) : seed;
    return new Faults(passage, internet.engine(), known);
  }

  private int interfaceIndex(String interfaceName) {
    Interface found = internet.interfaceNamed(interfaceName);
    return found == null ? 0 : found.index();
  }

  /** A stack like Linux, with lo up: 127.0.0.1/8 and ::1/128. */
  public static Stack create() {
    return create(StackConfiguration.linux());
  }

  /** A stack. */
  public static Stack create(StackConfiguration configuration) {
    return create(configuration, new LoopbackLink());
  }

  /**
   * A stack whose {@code lo} is somebody else's, too: 127/8 and ::1 are not its alone but shared,
   * for example with the kernel, and the link knows whose each datagram is.
   *
   * @param loopback not attached to anything yet; it has the flag {@link LinkFlag#LOOPBACK}, and is
   *     the stack's from here on. It hands in what it was given to transmit, and what others have
   *     sent to this stack. What it hands in is neither counted nor shown to taps, nor comes by
   *     fault rules: that is done when a datagram is sent
   * @throws IllegalArgumentException if it has not
   */
  public static Stack create(StackConfiguration configuration, Link loopback) {
    return new Stack(configuration, loopback);
  }

  /** What people call it. */
  public String name() {
    return configuration.name();
  }

  /** How it behaves. */
  public StackConfiguration configuration() {
    return configuration;
  }

  /** Its clock, timers and randomness. */
  public Engine engine() {
    return internet.engine();
  }

  /** Where its channels and selectors come from. Always the same provider. */
  public SelectorProvider selectorProvider() {
    return transports.selectorProvider();
  }

  /**
   * What a {@link java.net.Socket} or {@link java.net.ServerSocket} needs to be one of this stack.
   * It opens nothing before it is created.
   *
   * @param server whether it is to listen rather than to connect
   */
  public StackSocketImpl newSocketImpl(boolean server) {
    return new StackSocketImpl(transports.selectorProvider(), server);
  }

  /** Where its asynchronous channels come from. Always the same provider. */
  public AsynchronousChannelProvider asynchronousChannelProvider() {
    return transports.selectorProvider().asynchronousChannelProvider();
  }

  /** Makes {@link java.net.Socket}s, which share ports with the channels. */
  public SocketFactory socketFactory() {
    return transports.selectorProvider().socketFactory(resolver);
  }

  /** Makes {@link java.net.ServerSocket}s, which share ports with the channels. */
  public ServerSocketFactory serverSocketFactory() {
    return transports.selectorProvider().serverSocketFactory();
  }

  /** Makes datagram and multicast sockets of {@code java.net}, which share ports with channels. */
  public StackDatagramSockets datagramSockets() {
    return new StackDatagramSockets(transports.selectorProvider());
  }

  /** Its names, as {@link StackConfiguration#names} has them. */
  public StackResolver resolver() {
    return resolver;
  }

  /**
   * A socket for echo requests, as {@code ping} uses it.
   *
   * @param ipv6 which version of ICMP it speaks
   * @throws ClosedChannelException if the stack is closed
   * @throws IOException if there are 65,536 already
   */
  public EchoSocket openEchoSocket(boolean ipv6) throws IOException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
    AddressFamily family = ipv6 ? AddressFamily.INET6 : AddressFamily.INET;
    return new EchoSocket(transports.icmp().openEcho(family));
  }

  /** The interface {@code lo}. */
  public StackInterface loopback() {
    return loopback;
  }

  /** Its interfaces, by index. */
  public List<StackInterface> interfaces() {
    List<StackInterface> all = new ArrayList<>();
    for (Interface each : internet.interfaces()) {
      all.add(view(each));
    }
    return List.copyOf(all);
  }

  /** The interface with that name, or null. */
  public @Nullable StackInterface interfaceNamed(String name) {
    Interface found = internet.interfaceNamed(name);
    return found == null ? null : view(found);
  }

  /**
   * Adds an interface on a link, and brings it up. The link is the stack's from here on and is
   * closed with it.
   *
   * @param name unlike the others', 15 characters at most and without slash, colon and blank, as on
   *     Linux
   * @param link not attached to anything yet, and no loopback
   * @param addresses as {@code 10.0.0.1/24} or {@code fd00::1/64}
   * @throws IllegalArgumentException if the name, the link or an address will not do
   * @throws IllegalStateException if the stack is closed
   * @throws IOException if an address is refused: 127/8 or ::1, the same one twice, or IPv6 where
   *     the link carries less than 1280 bytes; there is no new interface then
   */
  public StackInterface addInterface(String name, Link link, String... addresses)
      throws IOException {
    List<InterfaceAddress> parsed = new ArrayList<>();
    for (String each : addresses) {
      parsed.add(InterfaceAddress.parse(each));
    }
    Interface added = internet.addInterface(name, link);
    try {
      added.setUp(true);
      for (InterfaceAddress each : parsed) {
        added.addAddress(each);
      }
    } catch (IOException e) {
      internet.removeInterface(added);
      throw e;
    }
    return view(added);
  }

  /**
   * Removes an interface other than the loopback, with its addresses and routes, and closes its
   * link. Does nothing if that was done already.
   *
   * @throws IllegalArgumentException if it is the loopback
   */
  public void removeInterface(StackInterface old) {
    internet.removeInterface(old.identity());
    old.faults().shutDown();
    faults.remove(old.identity());
  }

  /** Where it sends what is not for itself. */
  public StackRoutes routes() {
    return routes;
  }

  /** What it looks like now. */
  public StackSnapshot snapshot() {
    return Snapshots.take(name(), internet, transports);
  }

  /** Whether it was not closed yet. */
  public boolean isOpen() {
    return !closed.get();
  }

  /**
   * Ends the stack as when a host is switched off: every socket is closed, whoever waits in one is
   * woken with the exception that an asynchronous close gives, nothing more is sent, links are
   * closed, and no timer, port or thread is left. Does nothing the second time.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      // First nothing leaves any more, so that the sockets below end without a word.
      internet.close();
      faults.values().forEach(Faults::shutDown);
      transports.close();
    }
  }

  @Override
  public String toString() {
    return "Stack " + name() + (isOpen() ? "" : " (closed)");
  }
}

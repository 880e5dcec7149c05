// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.event.DatagramDroppedEvent;
import org.loopstack.event.FlightRecording;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LoopbackLink;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * The internet layer of one host: interfaces, routes, IP output and input, ICMP. It begins with the
 * loopback, interface 1, named {@code lo}.
 *
 * <p>What several threads share is one immutable {@link HostTable} in one volatile field,
 * concurrent maps and counters; there is no lock. Safe for use by many threads.
 */
public final class InternetLayer implements Internet, AutoCloseable {
  private static final VarHandle TABLE;

  static {
    try {
      TABLE = MethodHandles.lookup().findVarHandle(InternetLayer.class, "table", HostTable.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Engine engine;
  private final InternetConfiguration configuration;
  private final InternetCounters counters = new InternetCounters();
  private final Groups groups = new Groups(this);
  private final RouteMemory routes = new RouteMemory();
  private final PathMtus pathMtus;
  private final IpOutput output;
  private final IcmpOutput icmpOutput;
  private final Reassembler reassembler;
  private final IpInput input;
  private final AtomicReferenceArray<UpperProtocol> uppers = new AtomicReferenceArray<>(256);
  private final Interface loopback;
  private volatile HostTable table = new HostTable(new @Nullable InterfaceState[1], List.of());
  private volatile boolean closed;

  /** A host with a loopback of its own, up if the configuration says so. */
  public InternetLayer(Engine engine, InternetConfiguration configuration) {
    this(engine, configuration, new LoopbackLink());
  }

  /**
   * A host with a given loopback, for example a decorated {@link LoopbackLink}.
   *
   * @throws IllegalArgumentException if the link is not a {@link LinkFlag#LOOPBACK}
   */
  public InternetLayer(Engine engine, InternetConfiguration configuration, Link loopbackLink) {
    if (!loopbackLink.flags().contains(LinkFlag.LOOPBACK)) {
      throw new IllegalArgumentException("Not a loopback: " + loopbackLink);
    }
    this.engine = engine;
    this.configuration = configuration;
    this.pathMtus = new PathMtus(engine, configuration.pathMtuLifetime().toNanos());
    this.output = new IpOutput(this);
    this.icmpOutput = new IcmpOutput(this, output);
    this.reassembler = new Reassembler(this, icmpOutput);
    this.input = new IpInput(this, reassembler, icmpOutput);
    this.loopback = install("lo", loopbackLink);
    if (configuration.loopbackUp()) {
      loopback.setUp(true);
    }
  }

  @Override
  public Engine engine() {
    return engine;
  }

  /** How this host behaves. */
  public InternetConfiguration configuration() {
    return configuration;
  }

  /** What it has counted. */
  public InternetCounters counters() {
    return counters;
  }

  /** The loopback. */
  public Interface loopback() {
    return loopback;
  }

  /** All interfaces, by index. */
  public List<Interface> interfaces() {
    List<Interface> all = new ArrayList<>();
    for (InterfaceState s : table.states()) {
      if (s != null) {
        all.add(s.identity());
      }
    }
    return all;
  }

  /** The interface with that index, or null. */
  public @Nullable Interface interfaceAt(int index) {
    InterfaceState state = table.state(index);
    return state == null ? null : state.identity();
  }

  /** The interface with that name, or null. */
  public @Nullable Interface interfaceNamed(String name) {
    return interfaceAt(groups.interfaceNamed(name));
  }

  /**
   * Adds an interface, down and without an address.
   *
   * @param name at most 15 bytes, without slash and white space, as Linux wants it
   * @param link attached to no stack yet
   * @throws IllegalArgumentException if the name is not one or taken, or the link is a loopback
   * @throws IllegalStateException if this host is closed
   */
  public Interface addInterface(String name, Link link) {
    if (!name.matches("[^\\s/:]{1,15}") || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException("Not the name of an interface: \"" + name + '"');
    }
    if (link.flags().contains(LinkFlag.LOOPBACK)) {
      throw new IllegalArgumentException("A host has one loopback, which it makes itself");
    }
    if (closed) {
      throw new IllegalStateException("The host is closed");
    }
    return install(name, link);
  }

  private Interface install(String name, Link link) {
    while (true) {
      HostTable before = table;
      if (groups.interfaceNamed(name) != 0) {
        throw new IllegalArgumentException("There is an interface named " + name);
      }
      Interface added = new Interface(this, before.nextIndex(), name, link);
      InterfaceState state = new InterfaceState(added, false, link.mtu(), List.of());
      if (TABLE.compareAndSet(this, before, before.with(added.index(), state))) {
        link.attach(added::receive);
        return added;
      }
    }
  }

  /**
   * Removes an interface with its addresses and routes and closes its link; does nothing if that
   * was done already.
   *
   * @throws IllegalArgumentException if it is the loopback
   */
  public void removeInterface(Interface old) {
    if (old == loopback) {
      throw new IllegalArgumentException("The loopback stays");
    }
    while (true) {
      HostTable before = table;
      InterfaceState state = before.state(old.index());
      if (state == null || state.identity() != old) {
        return;
      }
      if (TABLE.compareAndSet(this, before, before.with(old.index(), null))) {
        groups.forget(old.index());
        old.close();
        return;
      }
    }
  }

  /**
   * Adds a route.
   *
   * @throws ErrnoException ENODEV without its interface; EINVAL for an IPv6 or IPv4 loopback prefix
   *     on another link; EADDRINUSE if there is one of the same prefix, metric and interface
   */
  public void addRoute(RouteEntry route) throws ErrnoException {
    boolean leads = route.kind().refusal() == null;
    InterfaceState state = table.state(route.interfaceIndex());
    if (leads && state == null) {
      throw new ErrnoException(Errno.ENODEV);
    }
    boolean toLoopback = route.prefix().network().isLoopback();
    if (leads && toLoopback && state != null && !state.identity().isLoopback()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    while (true) {
      HostTable before = table;
      List<RouteEntry> routes = new ArrayList<>(before.added());
      if (routes.stream().anyMatch(r -> isSame(r, route))) {
        throw new ErrnoException(Errno.EADDRINUSE);
      }
      routes.add(route);
      if (TABLE.compareAndSet(this, before, before.withRoutes(routes))) {
        return;
      }
    }
  }

  private static boolean isSame(RouteEntry a, RouteEntry b) {
    return a.prefix().equals(b.prefix())
        && a.metric() == b.metric()
        && a.interfaceIndex() == b.interfaceIndex();
  }

  /**
   * Removes a route that was added.
   *
   * @return whether it was there
   */
  public boolean removeRoute(RouteEntry route) {
    while (true) {
      HostTable before = table;
      List<RouteEntry> routes = new ArrayList<>(before.added());
      if (!routes.remove(route)) {
        return false;
      }
      if (TABLE.compareAndSet(this, before, before.withRoutes(routes))) {
        return true;
      }
    }
  }

  /** The lines of the main table, as they are looked at: the longest prefixes first. */
  public List<RouteEntry> routes() {
    return table.all(false);
  }

  /** The lines of the local table: this host's addresses and broadcasts. */
  public List<RouteEntry> localRoutes() {
    return table.all(true);
  }

  @Override
  public Route route(IpAddress destination, IpAddress source, int interfaceIndex)
      throws ErrnoException {
    return find(destination, source, interfaceIndex);
  }

  InternetRoute find(IpAddress destination, IpAddress source, int interfaceIndex)
      throws ErrnoException {
    if (closed) {
      throw new ErrnoException(Errno.ENETDOWN);
    }
    InternetRoute known = routes.find(destination, source, interfaceIndex);
    if (known != null) {
      return known;
    }
    InternetRoute found =
        destination.isIpv4()
            ? Ipv4Routing.find(this, destination, source, interfaceIndex)
            : Ipv6Routing.find(this, destination, source, interfaceIndex);
    routes.keep(destination, source, interfaceIndex, found);
    return found;
  }

  /** On Linux 127/8 can be bound whether the loopback is up or not. */
  @Override
  public boolean isBindable(IpAddress address) {
    return address.isAny()
        || address.isIpv4() && address.isLoopback()
        || address.isMulticast()
        || isLocal(address)
        || address.isIpv4() && isBroadcast(address);
  }

  @Override
  public boolean isBroadcast(IpAddress address) {
    return table.isBroadcast(address);
  }

  @Override
  public boolean isLocal(IpAddress address) {
    return table.isLocal(address);
  }

  @Override
  public @Nullable Errno send(
      Route route,
      Packet packet,
      int protocol,
      int ttl,
      int trafficClass,
      boolean dontFragment,
      boolean multicastLoop,
      byte @Nullable [] options) {
    return output.send(
        (InternetRoute) route,
        packet,
        protocol,
        ttl,
        trafficClass,
        dontFragment,
        true,
        multicastLoop,
        options);
  }

  @Override
  public void register(int protocol, UpperProtocol upper) {
    uppers.set(protocol, upper);
  }

  @Nullable UpperProtocol upper(int protocol) {
    return uppers.get(protocol);
  }

  @Override
  public void sendPortUnreachable(Packet offending) {
    icmpOutput.portUnreachable(offending);
  }

  @Override
  public void learnPathMtu(IcmpError error) {
    input.learnPathMtu(error);
  }

  @Override
  public void doubtPath(Route route) {
    pathMtus.forget(route.destination());
  }

  @Override
  public void drop(Packet packet, DropReason reason) {
    Interface in = interfaceAt(packet.interfaceIndex());
    if (in != null) {
      in.counters().dropped(reason);
      in.taps().dropped(packet, reason);
    }
    counters.dropped(IpInput.isIpv6(packet), reason);
    record(in, packet, reason);
  }

  static void record(@Nullable Interface by, Packet packet, DropReason reason) {
    if (FlightRecording.ofDrops()) {
      String name = by == null ? "" : by.name();
      new DatagramDroppedEvent(reason.name(), reason.description(), name, packet.length()).commit();
    }
  }

  @Override
  public GroupMembership groups() {
    return groups;
  }

  Groups memberships() {
    return groups;
  }

  PathMtus pathMtus() {
    return pathMtus;
  }

  Reassembler reassembler() {
    return reassembler;
  }

  IpInput input() {
    return input;
  }

  HostTable table() {
    return table;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Changes one interface.
   *
   * @return whether it is there
   */
  boolean change(int index, UnaryOperator<InterfaceState> change) {
    while (true) {
      HostTable before = table;
      InterfaceState state = before.state(index);
      if (state == null) {
        return false;
      }
      InterfaceState after = change.apply(state);
      if (after == state || TABLE.compareAndSet(this, before, before.with(index, after))) {
        return true;
      }
    }
  }

  /** Closes all links; from here on everything is refused or dropped. */
  @Override
  public void close() {
    closed = true;
    reassembler.close();
    pathMtus.close();
    for (Interface each : interfaces()) {
      each.close();
    }
  }

  /**
   * The way to a destination as a line of a route table that has no other destination.
   *
   * @param source the address that the caller is bound to, or the unspecified one
   * @throws ErrnoException as {@link #route} does
   */
  public RouteEntry explain(IpAddress destination, IpAddress source) throws ErrnoException {
    Route found = route(destination, source, 0);
    if (!(found instanceof InternetRoute way)) {
      throw new IllegalStateException("not a route of this layer: " + found);
    }
    IpAddress to = way.destination();
    return new RouteEntry(
        IpPrefix.of(to, to.isIpv4() ? 32 : 128),
        way.kind(),
        way.nextHop().equals(to) ? null : way.nextHop(),
        way.interfaceIndex(),
        way.source(),
        0);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay.gateway;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.StackInterface;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * A router in user mode. At one side is a link with a guest: a stack, or the kernel of a network
 * namespace. At the other are sockets, usually the machine's, that need no privilege. What the
 * guest connects to, the gateway connects to by those sockets first, and then lets the guest's
 * connection end at a stack of its own that answers for every address; a destination that refuses,
 * refuses the guest. Datagrams go on from a socket for each client, whose answers come back. An
 * echo request is answered if the destination answers one.
 *
 * <p>The guest is {@link #GUEST_IPV4} and {@link #GUEST_IPV6}; the gateway {@link #IPV4} and {@link
 * #IPV6}, by which the guest reaches the loopback of the other side; at {@link #NAMES} is the name
 * server that this machine asks first. What else is in these two networks cannot be reached at the
 * other side. Nothing comes from there but answers.
 *
 * <p>Safe for use by many threads.
 */
public final class Gateway implements Closeable {
  /** The guest's address. */
  public static final IpAddress GUEST_IPV4 = IpAddress.parse("10.0.2.15");

  /** The guest's IPv6 address. */
  public static final IpAddress GUEST_IPV6 = IpAddress.parse("fd00:10:0:2::15");

  /** The gateway, and the loopback behind it. */
  public static final IpAddress IPV4 = IpAddress.parse("10.0.2.2");

  /** The gateway, and the loopback behind it, in IPv6. */
  public static final IpAddress IPV6 = IpAddress.parse("fd00:10:0:2::2");

  /** The machine's name server, wherever that is. */
  public static final IpAddress NAMES = IpAddress.parse("10.0.2.3");

  /** The length of the IPv4 network's prefix. */
  public static final int IPV4_LENGTH = 24;

  /** The length of the IPv6 network's prefix. */
  public static final int IPV6_LENGTH = 64;

  /** What the link carries, in bytes: few and large, since no wire is beneath. */
  public static final int MTU = 65_520;

  private static final String INTERFACE = "gw0";
  private static final int PATIENCE_MILLIS = 3000;
  private static final int PINGS = 16;

  private final Stack stack;
  private final TcpSide tcp;
  private final UdpSide udp;
  private final Semaphore pings = new Semaphore(PINGS);

  private Gateway(Link link, SelectorProvider outside, List<InetAddress> nameServers)
      throws IOException {
    Map<IpAddress, IpAddress> names = new HashMap<>();
    names.put(IPV4, IpAddress.IPV4_LOOPBACK);
    names.put(IPV6, IpAddress.IPV6_LOOPBACK);
    if (!nameServers.isEmpty()) {
      names.put(NAMES, IpAddress.of(nameServers.getFirst()));
    }
    Function<Flow, InetSocketAddress> way =
        flow ->
            new InetSocketAddress(
                names.getOrDefault(flow.destination(), flow.destination()).toInetAddress(),
                flow.destinationPort());
    this.stack = Stack.create(StackConfiguration.linux().toBuilder().name("gateway").build());
    this.tcp = new TcpSide(stack.selectorProvider(), outside, way);
    this.udp = new UdpSide(stack.selectorProvider(), outside, way);
    try {
      String length = "/" + IPV4_LENGTH;
      StackInterface _ =
          stack.addInterface(
              "guest0", new Looked(link), IPV4 + length, NAMES + length, IPV6 + "/" + IPV6_LENGTH);
      for (IpPrefix each : allBut(IpPrefix.of(IPV4, IPV4_LENGTH))) {
        stack.routes().addLocal(each);
      }
      for (IpPrefix each : allBut(IpPrefix.of(IPV6, IPV6_LENGTH))) {
        stack.routes().addLocal(each);
      }
    } catch (IOException e) {
      stack.close();
      throw e;
    }
  }

  /**
   * A gateway at the end of a link, whose other end is configured by somebody else.
   *
   * @param link not attached yet; closed with the gateway
   * @param outside where the sockets of the other side come from
   */
  public static Gateway at(Link link, SelectorProvider outside) throws IOException {
    return new Gateway(link, outside, NameServers.ofMachine());
  }

  /**
   * Lets a stack reach what some sockets reach: it gets the interface {@code gw0} and default
   * routes by it.
   *
   * @param outside where the sockets of the other side come from
   * @throws IOException if the stack has such an interface or default routes already
   */
  public static Gateway of(Stack guest, SelectorProvider outside) throws IOException {
    return of(guest, outside, NameServers.ofMachine());
  }

  static Gateway of(Stack guest, SelectorProvider outside, List<InetAddress> nameServers)
      throws IOException {
    Wire wire = new Wire(guest.engine().scheduler(), MTU);
    Gateway gateway = new Gateway(wire.right(), outside, nameServers);
    try {
      StackInterface at =
          guest.addInterface(
              INTERFACE,
              wire.left(),
              GUEST_IPV4 + "/" + IPV4_LENGTH,
              GUEST_IPV6 + "/" + IPV6_LENGTH);
      guest.routes().add(IpPrefix.parse("0.0.0.0/0"), IPV4, at);
      guest.routes().add(IpPrefix.parse("::/0"), IPV6, at);
      return gateway;
    } catch (IOException | RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** All addresses outside a network: for each bit of its prefix those that differ there first. */
  static List<IpPrefix> allBut(IpPrefix network) {
    List<IpPrefix> others = new ArrayList<>();
    IpAddress address = network.network();
    for (int bit = 0; bit < network.length(); bit++) {
      IpAddress flipped =
          address.isIpv4()
              ? IpAddress.ofIpv4(address.ipv4Bits() ^ 1 << 31 - bit)
              : IpAddress.ofIpv6(
                  address.high() ^ (bit < 64 ? 1L << 63 - bit : 0),
                  address.low() ^ (bit < 64 ? 0 : 1L << 127 - bit));
      others.add(IpPrefix.of(flipped, bit + 1));
    }
    return others;
  }

  /** How many connections are being carried. */
  public int connections() {
    return tcp.connections();
  }

  /** Ends what is being carried, and closes the link. */
  @Override
  public void close() {
    tcp.close();
    udp.close();
    stack.close();
  }

  /** Takes the link's datagrams before the stack does. */
  private final class Looked implements Link {
    private final Link link;

    Looked(Link link) {
      this.link = link;
    }

    @Override
    public int mtu() {
      return link.mtu();
    }

    @Override
    public Set<LinkFlag> flags() {
      return link.flags();
    }

    @Override
    public byte @Nullable [] hardwareAddress() {
      return link.hardwareAddress();
    }

    @Override
    public void attach(LinkReceiver receiver) {
      link.attach(packet -> take(packet, receiver));
    }

    @Override
    public void transmit(Packet packet) {
      link.transmit(packet);
    }

    @Override
    public void close() {
      link.close();
    }
  }

  private void take(Packet packet, LinkReceiver receiver) {
    Flow flow = Flow.of(packet);
    if (flow == null) {
      receiver.receive(packet);
      return;
    }
    switch (flow.kind()) {
      case SYN -> tcp.take(flow, packet, receiver);
      case UDP -> udp.take(flow, packet, receiver);
      case ECHO -> echo(flow, packet, receiver);
    }
  }

  private void echo(Flow flow, Packet packet, LinkReceiver receiver) {
    IpAddress to = flow.destination();
    if (to.equals(IPV4) || to.equals(NAMES) || to.equals(IPV6)) {
      receiver.receive(packet);
    } else if (pings.tryAcquire()) {
      // The JDK waits in the kernel, which would hold up other virtual threads.
      Thread asking =
          Thread.ofPlatform()
              .daemon()
              .name("lo-gateway-ping")
              .unstarted(() -> ask(to.toInetAddress(), packet, receiver));
      asking.start();
    }
  }

  private void ask(InetAddress destination, Packet packet, LinkReceiver receiver) {
    try {
      if (destination.isReachable(PATIENCE_MILLIS)) {
        receiver.receive(packet);
      }
    } catch (IOException e) {
      // Nobody answers.
    } finally {
      pings.release();
    }
  }
}

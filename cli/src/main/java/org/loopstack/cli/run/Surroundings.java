// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Deque;
import java.util.List;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NamespaceSockets;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Routing;
import org.loopstack.linux.tun.Device;
import org.loopstack.linux.tun.TunDevice;
import org.loopstack.linux.tun.TunLink;
import org.loopstack.linux.tun.VethDevice;
import org.loopstack.relay.PortMapping;
import org.loopstack.relay.PortTakenException;
import org.loopstack.relay.Publisher;
import org.loopstack.relay.TcpRelay;
import org.loopstack.relay.UdpRelay;
import org.loopstack.relay.gateway.Gateway;
import org.loopstack.relay.gateway.NameServers;
import org.loopstack.wire.IpPrefix;

/** What joins a program's own network with the machine's. */
public final class Surroundings {
  private static final String INTERFACE = "net0";
  private static final int DNS = 53;

  private final NetworkNamespace network;
  private final Deque<Closeable> opened;
  private final SelectorProvider machine = SelectorProvider.provider();
  private final SelectorProvider inside;

  /**
   * Joins nothing yet.
   *
   * @param opened what has to be closed is pushed there
   */
  public Surroundings(NetworkNamespace network, Deque<Closeable> opened) {
    this.network = network;
    this.opened = opened;
    this.inside = new NamespaceSockets(network);
  }

  /** Gives the network an interface that leads to the machine's, by a gateway in this process. */
  public void keepNetwork() throws IOException {
    TunLink link = new TunLink(device(), Gateway.MTU);
    try {
      setUp(link.name());
      if (Outside.isThere()) {
        opened.push(link::close);
        opened.push(Outside.connect(link)::close);
      } else {
        opened.push(Gateway.at(link, machine));
      }
    } catch (IOException | RuntimeException e) {
      link.close();
      throw e;
    }
    keepNames();
  }

  private Device device() throws IOException {
    try {
      return network.call(() -> TunDevice.open(TunDevice.Kind.TUN, INTERFACE));
    } catch (LinuxException noTun) {
      return VethDevice.open(network, INTERFACE);
    }
  }

  private void setUp(String name) throws IOException {
    Interfaces interfaces = new Interfaces(network);
    interfaces.setMtu(name, Gateway.MTU);
    try {
      network.setVariable("ipv6/conf/" + name + "/disable_ipv6", "0");
    } catch (IOException e) {
      // A kernel without IPv6; the addresses below say so.
    }
    interfaces.setUp(name);
    int index = interfaces.index(name);
    Routing routing = new Routing(network);
    Routing.Table main = Routing.Table.MAIN;
    routing.addAddress(index, Gateway.GUEST_IPV4, Gateway.IPV4_LENGTH);
    routing.addRoute(main, IpPrefix.parse("0.0.0.0/0"), Gateway.IPV4, index, null);
    try {
      routing.addAddress(index, Gateway.GUEST_IPV6, Gateway.IPV6_LENGTH);
      routing.addRoute(main, IpPrefix.parse("::/0"), Gateway.IPV6, index, null);
    } catch (LinuxException e) {
      // Without IPv6 there is IPv4.
    }
  }

  /**
   * A name server on the machine's loopback is asked by the program on its own, where nobody is: so
   * that is led to the gateway, which knows the real one.
   */
  private void keepNames() throws IOException {
    List<InetAddress> servers = NameServers.ofMachine();
    if (servers.isEmpty() || !servers.getFirst().isLoopbackAddress()) {
      return;
    }
    InetSocketAddress server = new InetSocketAddress(servers.getFirst(), DNS);
    InetSocketAddress real = new InetSocketAddress(Gateway.NAMES.toInetAddress(), DNS);
    opened.push(
        UdpRelay.start(
            inside.openDatagramChannel().bind(server),
            () -> connect(inside.openDatagramChannel(), real),
            UdpRelay.IDLE));
    opened.push(
        TcpRelay.start(
            inside.openServerSocketChannel().bind(server),
            () -> connect(inside.openSocketChannel(), real)));
  }

  private static DatagramChannel connect(DatagramChannel channel, InetSocketAddress to)
      throws IOException {
    try {
      return channel.connect(to);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static SocketChannel connect(SocketChannel channel, InetSocketAddress to)
      throws IOException {
    try {
      channel.connect(to);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Lets ports of the machine's loopback lead to ports of the program's. */
  public void publish(List<PortMapping> mappings) {
    lead(machine, inside, mappings, " of this machine");
  }

  /**
   * Lets ports of the program's loopback lead to ports of the machine's.
   *
   * @param mappings with the program's port first
   */
  public void reach(List<PortMapping> mappings) {
    lead(inside, machine, mappings, " of the program's");
  }

  private void lead(
      SelectorProvider from, SelectorProvider to, List<PortMapping> mappings, String whose) {
    if (mappings.isEmpty()) {
      return;
    }
    Publisher publisher = new Publisher(from, to);
    opened.push(publisher);
    for (PortMapping each : mappings) {
      try {
        publisher.publish(each);
      } catch (PortTakenException e) {
        throw new UserException(ExitStatus.TAKEN, "port " + each.hostPort() + whose + " is taken");
      } catch (IOException e) {
        throw new UserException(ExitStatus.NO_PERMISSION, String.valueOf(e.getMessage()));
      }
    }
  }
}

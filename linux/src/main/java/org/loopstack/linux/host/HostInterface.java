// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.host;

import java.io.IOException;
import java.net.BindException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.StackInterface;
import org.loopstack.link.Link;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Routing;
import org.loopstack.linux.tun.TunDevice;
import org.loopstack.linux.tun.TunLink;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * An interface of the kernel and one of a stack with a link between them, both with an IPv4 and an
 * IPv6 address of the same two small networks, so that every program of the machine reaches the
 * stack and the stack reaches whatever the machine serves there. All of it is gone when the stack
 * closes or the process ends.
 *
 * <p>The IPv4 address may be one of 127/8. To the stack it is the same one in 10/8 then, since
 * nothing of 127/8 may arrive by another interface than the loopback, and the machine's kernel is
 * told to let that pass by this one ({@code route_localnet}).
 */
public final class HostInterface {
  /** The MTU of both ends, in bytes: few and large datagrams, since no wire is beneath. */
  public static final int MTU = 65_520;

  private static final int IPV4_LENGTH = 30;
  private static final int IPV6_LENGTH = 64;
  private static final int CANDIDATES = 4096;

  private final String name;
  private final IpAddress ipv4;
  private final @Nullable IpAddress ipv6;
  private final StackInterface stackEnd;

  private HostInterface(
      String name, IpAddress ipv4, @Nullable IpAddress ipv6, StackInterface stackEnd) {
    this.name = name;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.stackEnd = stackEnd;
  }

  /**
   * Makes both interfaces, up, with their addresses. The stack's is called {@code tun0}.
   *
   * @param network the machine's, usually: {@link NetworkNamespace#ofProcess}
   * @param name of the kernel's; a {@code %d} in it becomes the first number that is free
   * @param wanted the stack's IPv4 address, or null for one in 10/8 that nobody has
   * @throws IllegalArgumentException if it is no IPv4 address, or no host can have it: it is the
   *     first or the last of its four
   * @throws java.net.BindException if the machine itself has it
   * @throws LinuxException EACCES or EPERM where that is not allowed
   * @throws IOException if the address or {@code tun0} is there already
   */
  public static HostInterface open(
      Stack stack, NetworkNamespace network, String name, @Nullable IpAddress wanted)
      throws IOException {
    if (wanted != null) {
      requireHost(wanted);
      requireFree(network, wanted);
    }
    List<IpPrefix> taken = network.call(HostInterface::taken);
    IpAddress ipv4 = wanted == null ? choose(taken) : wanted;
    TunDevice device = network.call(() -> TunDevice.open(TunDevice.Kind.TUN, name));
    TunLink tun = new TunLink(device, MTU);
    try {
      IpAddress ipv6 = chooseIpv6(ipv4);
      boolean hasIpv6 = setUp(network, device.name(), ipv4, ipv6);
      Link link = ipv4.isLoopback() ? new LoopbackAlias(tun) : tun;
      List<String> addresses = new ArrayList<>();
      addresses.add(
          ipv4.isLoopback() ? LoopbackAlias.inside(ipv4) + "/8" : ipv4 + "/" + IPV4_LENGTH);
      if (hasIpv6) {
        addresses.add(ipv6 + "/" + IPV6_LENGTH);
      }
      StackInterface added = stack.addInterface("tun0", link, addresses.toArray(String[]::new));
      return new HostInterface(device.name(), ipv4, hasIpv6 ? ipv6 : null, added);
    } catch (IOException | RuntimeException e) {
      tun.close();
      throw e;
    }
  }

  private static void requireHost(IpAddress wanted) {
    if (!wanted.isIpv4()) {
      throw new IllegalArgumentException(
          wanted + " is no IPv4 address; the IPv6 address follows from that one");
    }
    int last = wanted.ipv4Bits() & 3;
    if (!wanted.isLoopback() && last != 1 && last != 2) {
      throw new IllegalArgumentException(
          wanted + " is the first or the last of four addresses, which no host has");
    }
  }

  private static void requireFree(NetworkNamespace network, IpAddress wanted) throws IOException {
    NetworkInterface there =
        network.call(() -> NetworkInterface.getByInetAddress(wanted.toInetAddress()));
    if (there != null) {
      throw new BindException(wanted + " is this machine's own, of " + there.getName());
    }
  }

  /** The networks that the machine's interfaces are in. */
  private static List<IpPrefix> taken() throws IOException {
    List<IpPrefix> all = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      for (InterfaceAddress address : each.getInterfaceAddresses()) {
        IpAddress of = IpAddress.of(address.getAddress());
        if (of.isIpv4()) {
          all.add(IpPrefix.of(of, Math.clamp(address.getNetworkPrefixLength(), 1, 32)));
        }
      }
    }
    return all;
  }

  /** The second host of a network of four, 10.111.0.0/30 and up. */
  static IpAddress choose(List<IpPrefix> taken) throws IOException {
    for (int i = 0; i < CANDIDATES; i++) {
      IpAddress candidate = IpAddress.ofIpv4(0x0a6f_0000 | i << 2 | 2);
      IpPrefix network = IpPrefix.of(candidate, IPV4_LENGTH);
      if (taken.stream()
          .noneMatch(each -> each.contains(candidate) || network.contains(each.network()))) {
        return candidate;
      }
    }
    throw new IOException("no network in 10.111.0.0/18 is free; choose an address");
  }

  /** RFC 4193: an address of our own making, which ends as the IPv4 address does. */
  private static IpAddress chooseIpv6(IpAddress ipv4) {
    return IpAddress.ofIpv6(0xfd6c_6f6f_7000_0000L | ipv4.ipv4Bits() >>> 2, 2);
  }

  /** The other end of a network of four, which the kernel has. */
  private static IpAddress kernelEnd(IpAddress ipv4) {
    return IpAddress.ofIpv4((ipv4.ipv4Bits() & 3) == 1 ? ipv4.ipv4Bits() + 1 : first(ipv4));
  }

  private static int first(IpAddress ipv4) {
    return ipv4.ipv4Bits() & ~3 | 1;
  }

  /** Returns whether the kernel has IPv6 there. */
  private static boolean setUp(
      NetworkNamespace network, String name, IpAddress ipv4, IpAddress ipv6) throws IOException {
    Interfaces interfaces = new Interfaces(network);
    interfaces.setMtu(name, MTU);
    int index = interfaces.index(name);
    Routing routing = new Routing(network);
    if (ipv4.isLoopback()) {
      network.setVariable("ipv4/conf/" + name + "/route_localnet", "1");
      interfaces.setUp(name);
      IpPrefix one = IpPrefix.of(ipv4, 32);
      routing.addRoute(Routing.Table.LOCAL, one, null, index, IpAddress.IPV4_LOOPBACK);
    } else {
      interfaces.setUp(name);
      routing.addAddress(index, kernelEnd(ipv4), IPV4_LENGTH);
    }
    try {
      network.setVariable("ipv6/conf/" + name + "/disable_ipv6", "0");
      routing.addAddress(index, IpAddress.ofIpv6(ipv6.high(), 1), IPV6_LENGTH);
      return true;
    } catch (IOException e) {
      // A kernel without IPv6, or told to be.
      return false;
    }
  }

  /** What the kernel calls its end. */
  public String name() {
    return name;
  }

  /** The stack's IPv4 address as the machine's programs know it. */
  public IpAddress ipv4() {
    return ipv4;
  }

  /** The stack's IPv6 address, or null if the machine has no IPv6. */
  public @Nullable IpAddress ipv6() {
    return ipv6;
  }

  /** The stack's end. */
  public StackInterface stackEnd() {
    return stackEnd;
  }
}

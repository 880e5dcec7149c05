// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.netlink.NetlinkRequest;

/** The interfaces of a namespace, as far as {@code netdevice(7)} tells and sets them. */
public final class Interfaces {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final int NAME_LENGTH = 16;
  private static final int IFREQ_LENGTH = 40;
  private static final short IFF_UP = 0x1;
  private static final short IFF_NOARP = 0x80;
  private static final int RTM_NEWLINK = 16;
  private static final int IFINFOMSG = 16;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_TXQLEN = 13;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int VETH_INFO_PEER = 1;

  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long SIOCGIFMTU = 0x8921;
  private static final long SIOCSIFMTU = 0x8922;
  private static final long SIOCGIFINDEX = 0x8933;
  private static final long SIOCGIFHWADDR = 0x8927;

  private final NetworkNamespace namespace;

  /** Those of a namespace. */
  public Interfaces(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /**
   * The index of an interface.
   *
   * @throws LinuxException ENODEV if there is none of that name
   */
  public int index(String name) throws IOException {
    return ask(name, SIOCGIFINDEX, "find the interface " + name).get(JAVA_INT, NAME_LENGTH);
  }

  /** The MTU of an interface, in bytes. */
  public int mtu(String name) throws IOException {
    return ask(name, SIOCGIFMTU, "ask for the MTU of " + name).get(JAVA_INT, NAME_LENGTH);
  }

  /** Whether an interface is up. */
  public boolean isUp(String name) throws IOException {
    return (flags(name) & IFF_UP) != 0;
  }

  private short flags(String name) throws IOException {
    return ask(name, SIOCGIFFLAGS, "ask for the flags of " + name).get(JAVA_SHORT, NAME_LENGTH);
  }

  /** Brings an interface up. */
  public void setUp(String name) throws IOException {
    short flags = (short) (flags(name) | IFF_UP);
    MemorySegment request = request(name);
    request.set(JAVA_SHORT, NAME_LENGTH, flags);
    send(request, SIOCSIFFLAGS, "bring " + name + " up");
  }

  /** Lets an interface ask nobody for addresses: it has one other end. */
  public void setWithoutArp(String name) throws IOException {
    short flags = (short) (flags(name) | IFF_NOARP);
    MemorySegment request = request(name);
    request.set(JAVA_SHORT, NAME_LENGTH, flags);
    send(request, SIOCSIFFLAGS, "switch ARP off on " + name);
  }

  /** The Ethernet address of an interface, 6 bytes. */
  public byte[] hardwareAddress(String name) throws IOException {
    MemorySegment answer = ask(name, SIOCGIFHWADDR, "ask for the hardware address of " + name);
    return answer.asSlice(NAME_LENGTH + 2, 6).toArray(JAVA_BYTE);
  }

  /**
   * Makes two interfaces, each of which receives what the other sends: {@code ip link add ONE type
   * veth peer name OTHER}. They go together.
   *
   * @throws LinuxException EEXIST if there is one of that name, EOPNOTSUPP if the kernel has no
   *     veth
   */
  public void addPair(String one, String other) throws IOException {
    // struct ifinfomsg that asks for nothing, for each of the two.
    NetlinkRequest b = RouteRequests.toCreate(RTM_NEWLINK).zeros(IFINFOMSG).put(IFLA_IFNAME, one);
    Runnable peer = () -> b.zeros(IFINFOMSG).put(IFLA_IFNAME, other);
    b.nest(
        IFLA_LINKINFO,
        () ->
            b.put(IFLA_INFO_KIND, "veth").nest(IFLA_INFO_DATA, () -> b.nest(VETH_INFO_PEER, peer)));
    RouteRequests.send(namespace, b, "ip link add type veth");
  }

  /**
   * Sets the MTU of an interface.
   *
   * @throws LinuxException EINVAL if it cannot have that
   */
  public void setMtu(String name, int mtu) throws IOException {
    MemorySegment request = request(name);
    request.set(JAVA_INT, NAME_LENGTH, mtu);
    send(request, SIOCSIFMTU, "set the MTU of " + name + " to " + mtu);
  }

  /** Sets how many datagrams an interface keeps for whoever takes them. */
  public void setQueueLength(String name, int datagrams) throws IOException {
    // The ioctl would want privileges on the whole machine.
    NetlinkRequest request = RouteRequests.toChange(RTM_NEWLINK);
    request.u32(0).u32(index(name)).zeros(8).put(IFLA_TXQLEN, datagrams);
    RouteRequests.send(namespace, request, "set the queue of " + name + " to " + datagrams);
  }

  private static MemorySegment request(String name) {
    MemorySegment request = Arena.ofAuto().allocate(IFREQ_LENGTH, 8);
    request.setString(0, name);
    return request;
  }

  private MemorySegment ask(String name, long what, String text) throws IOException {
    MemorySegment request = request(name);
    send(request, what, text);
    return request;
  }

  private void send(MemorySegment request, long what, String text) throws IOException {
    namespace.run(
        () -> {
          int fd = LinuxException.check(Libc.socket(AF_INET, SOCK_DGRAM, 0), "open a socket");
          try {
            LinuxException.check(Libc.ioctl(fd, what, request), text);
          } finally {
            Libc.close(fd);
          }
        });
  }
}

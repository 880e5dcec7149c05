// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.loopstack.buffer.Packet;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.wire.Ipv4Header;

/**
 * What a TUN does where /dev/net/tun cannot be opened: a pair of virtual Ethernet interfaces, one
 * of them the kernel's end, the other one this process's, by a packet socket (packet(7)).
 */
public final class VethDevice implements Device {
  private static final int ETHERNET = 14;
  private static final int MAX_MTU = 65_535;
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_VNET_HDR = 15;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final short ETH_P_ALL = 3;
  private static final int ETH_P_IP = 0x0800;
  private static final int ETH_P_IPV6 = 0x86dd;

  /** What waits for this process, in bytes. */
  private static final int BUFFER = 32 << 20;

  private static final long SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_STXCSUM = 0x17;

  private final Descriptor descriptor;
  private final String name;
  private final byte[] kernelsAddress;
  private final byte[] ipv4Front;
  private final byte[] ipv6Front;

  private VethDevice(Descriptor descriptor, String name, byte[] kernelsAddress, byte[] ours) {
    this.descriptor = descriptor;
    this.name = name;
    this.kernelsAddress = kernelsAddress;
    this.ipv4Front = front(kernelsAddress, ours, ETH_P_IP);
    this.ipv6Front = front(kernelsAddress, ours, ETH_P_IPV6);
  }

  /** What stands in front of a datagram: nothing left to do, and an Ethernet header. */
  private static byte[] front(byte[] to, byte[] from, int type) {
    byte[] front = new byte[VirtioHeader.LENGTH + ETHERNET];
    System.arraycopy(to, 0, front, VirtioHeader.LENGTH, 6);
    System.arraycopy(from, 0, front, VirtioHeader.LENGTH + 6, 6);
    front[front.length - 2] = (byte) (type >> 8);
    front[front.length - 1] = (byte) type;
    return front;
  }

  /**
   * Makes the pair, both up. As it is, nothing is {@linkplain #setOffload offloaded}.
   *
   * @param name of the kernel's end, at most 14 characters; the other one has a {@code p} behind it
   * @throws LinuxException EPERM where that is not allowed, EOPNOTSUPP without the kernel's module
   */
  public static VethDevice open(NetworkNamespace namespace, String name) throws IOException {
    Interfaces interfaces = new Interfaces(namespace);
    String other = name + "p";
    interfaces.addPair(name, other);
    for (String each : new String[] {name, other}) {
      interfaces.setMtu(each, MAX_MTU);
      interfaces.setWithoutArp(each);
      try {
        namespace.setVariable("ipv6/conf/" + each + "/disable_ipv6", "1");
      } catch (java.nio.file.NoSuchFileException e) {
        // A kernel without IPv6.
      }
      interfaces.setUp(each);
    }
    int index = interfaces.index(other);
    VethDevice made =
        new VethDevice(
            namespace.call(() -> bind(index, other)),
            name,
            interfaces.hardwareAddress(name),
            interfaces.hardwareAddress(other));
    try {
      made.setOffload(false);
    } catch (LinuxException e) {
      made.close();
      throw e;
    }
    return made;
  }

  private static Descriptor bind(int index, String name) throws LinuxException {
    // Without a protocol nothing is received before it is bound.
    int fd = LinuxException.check(Libc.socket(AF_PACKET, SOCK_RAW, 0), "open a packet socket");
    try (Arena arena = Arena.ofConfined()) {
      int flags = LinuxException.check(Libc.fcntl(fd, F_GETFL, 0), "fcntl");
      LinuxException.check(Libc.fcntl(fd, F_SETFL, flags | Libc.O_NONBLOCK), "fcntl");
      enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF);
      enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF);
      for (int option : new int[] {PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING}) {
        LinuxException.check(Libc.setsockopt(fd, SOL_PACKET, option, 1), "set up a packet socket");
      }
      // struct sockaddr_ll: family, protocol in network order, index, and nothing more for bind.
      MemorySegment address = arena.allocate(20, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, ETH_P_ALL);
      address.set(JAVA_INT, 4, index);
      LinuxException.check(Libc.bind(fd, address), "bind a packet socket to " + name);
    } catch (LinuxException e) {
      Libc.close(fd);
      throw e;
    }
    return new Descriptor(fd, name);
  }

  /** Beyond the machine's limit where this process may, else up to it. */
  private static void enlarge(int fd, int byForce, int otherwise) throws LinuxException {
    if (Libc.setsockopt(fd, SOL_SOCKET, byForce, BUFFER) < 0) {
      LinuxException.check(Libc.setsockopt(fd, SOL_SOCKET, otherwise, BUFFER), "set a buffer");
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int maxMtu() {
    return MAX_MTU;
  }

  @Override
  public int datagramAt() {
    return VirtioHeader.LENGTH + ETHERNET;
  }

  @Override
  public int read(MemorySegment buffer) throws LinuxException {
    return descriptor.read(buffer);
  }

  @Override
  public boolean isUnfinished(MemorySegment buffer) {
    return VirtioHeader.isUnfinished(buffer);
  }

  @Override
  public boolean writeBack(MemorySegment bytes, int length) {
    // The loopback's frames have no address, and the kernel takes only what is for itself.
    MemorySegment.copy(kernelsAddress, 0, bytes, JAVA_BYTE, VirtioHeader.LENGTH, 6);
    return descriptor.write(bytes, length);
  }

  @Override
  public boolean write(Packet packet) {
    if (packet.length() == 0) {
      return false;
    }
    packet.makeContiguous();
    boolean ipv6 = Ipv4Header.version(packet.head(), packet.offset()) == 6;
    return descriptor.write(ipv6 ? ipv6Front : ipv4Front, packet);
  }

  @Override
  public void setOffload(boolean on) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      // struct ethtool_value. Without checksums there is no cutting into segments either.
      MemorySegment value = arena.allocate(8, 4);
      value.set(JAVA_INT, 0, ETHTOOL_STXCSUM);
      value.set(JAVA_INT, 4, on ? 1 : 0);
      MemorySegment request = arena.allocate(40, 8);
      request.setString(0, name);
      request.set(ADDRESS, 16, value);
      LinuxException.check(descriptor.control(SIOCETHTOOL, request), "let " + name + " offload");
    }
  }

  @Override
  public void stop() {
    descriptor.stop();
  }

  /** {@inheritDoc} The pair itself goes with its namespace. */
  @Override
  public void close() {
    descriptor.close();
  }

  @Override
  public String toString() {
    return name;
  }
}

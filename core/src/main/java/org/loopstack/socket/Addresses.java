// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/** The two directions between {@link InetSocketAddress} and {@link TransportAddress}. */
final class Addresses {
  private Addresses() {}

  /**
   * An address that a channel of the family can use.
   *
   * @throws NullPointerException if it is null
   * @throws UnsupportedAddressTypeException if it is no internet address, or IPv6 for IPv4 only
   * @throws UnresolvedAddressException if nobody has looked up its name
   */
  static InetSocketAddress check(@Nullable SocketAddress address, AddressFamily family) {
    Objects.requireNonNull(address, "address");
    if (!(address instanceof InetSocketAddress inet)) {
      throw new UnsupportedAddressTypeException();
    }
    if (inet.isUnresolved()) {
      throw new UnresolvedAddressException();
    }
    if (family == AddressFamily.INET && !(inet.getAddress() instanceof Inet4Address)) {
      throw new UnsupportedAddressTypeException();
    }
    return inet;
  }

  /**
   * As {@link #check}, for the other end of a conversation: the unspecified address means the
   * loopback of its family (RFC 1122 section 3.2.1.3(a): "this host on this network").
   */
  static InetSocketAddress checkRemote(@Nullable SocketAddress address, AddressFamily family) {
    InetSocketAddress inet = check(address, family);
    InetAddress host = inet.getAddress();
    if (!host.isAnyLocalAddress()) {
      return inet;
    }
    IpAddress loopback =
        host instanceof Inet4Address ? IpAddress.IPV4_LOOPBACK : IpAddress.IPV6_LOOPBACK;
    return new InetSocketAddress(loopback.toInetAddress(), inet.getPort());
  }

  /** What to bind to: null is any address and port; 0.0.0.0 is :: to a socket of both families. */
  static TransportAddress local(@Nullable InetSocketAddress address, AddressFamily family) {
    if (address == null) {
      return new TransportAddress(any(family), 0);
    }
    if (address.getAddress().isAnyLocalAddress()) {
      return new TransportAddress(any(family), address.getPort());
    }
    return of(address);
  }

  private static IpAddress any(AddressFamily family) {
    return family == AddressFamily.INET ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
  }

  /** A checked address as the transport layer takes it. */
  static TransportAddress of(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    int scope = host instanceof Inet6Address inet6 ? inet6.getScopeId() : 0;
    return new TransportAddress(IpAddress.of(host), address.getPort(), scope);
  }

  /**
   * An address of the transport layer as people see it: an IPv4 address is an {@link Inet4Address}
   * on sockets of both families, save that a socket of both families is bound to ::, not 0.0.0.0.
   */
  static @Nullable InetSocketAddress toJava(
      @Nullable TransportAddress address, AddressFamily family) {
    return address == null ? null : toKnown(address, family);
  }

  /** As {@link #toJava}, for an address that is there. */
  static InetSocketAddress toKnown(TransportAddress address, AddressFamily family) {
    IpAddress ip = address.address();
    if (ip.isAny()) {
      ip = any(family);
    }
    return new InetSocketAddress(host(ip, address.interfaceIndex()), address.port());
  }

  private static InetAddress host(IpAddress ip, int scope) {
    if (scope == 0 || ip.isIpv4()) {
      return ip.toInetAddress();
    }
    byte[] bytes = new byte[16];
    ip.write(bytes, 0);
    try {
      return Inet6Address.getByAddress(null, bytes, scope);
    } catch (UnknownHostException e) {
      throw new AssertionError("16 bytes are always an address", e);
    }
  }
}

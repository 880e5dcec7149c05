// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * An address of an interface.
 *
 * @param address never unspecified, multicast or the limited broadcast
 * @param prefixLength how many bits the addresses on the link have in common, 0 to 32 or 128
 * @param scope how far the address is known
 * @param deprecated whether it is no longer chosen for what begins now (RFC 4862 section 5.5.4)
 */
public record InterfaceAddress(
    IpAddress address, int prefixLength, Scope scope, boolean deprecated) {

  /** How far an address is known, by the names that {@code ip address} prints. */
  public enum Scope {
    HOST,
    LINK,
    GLOBAL
  }

  /**
   * Checks the address.
   *
   * @throws IllegalArgumentException if no interface can have it, or the length does not fit
   */
  public InterfaceAddress {
    if (address.isAny() || address.isMulticast() || address.isBroadcast()) {
      throw new IllegalArgumentException("No interface can have the address " + address);
    }
    IpPrefix.of(address, prefixLength);
  }

  /** An address with the scope that follows from it. */
  public static InterfaceAddress of(IpAddress address, int prefixLength) {
    Scope scope =
        address.isLoopback() ? Scope.HOST : address.isLinkLocal() ? Scope.LINK : Scope.GLOBAL;
    return new InterfaceAddress(address, prefixLength, scope, false);
  }

  /**
   * Reads {@code ADDRESS/LENGTH}, as in {@code 10.0.0.1/24}; without a length the one address.
   *
   * @throws IllegalArgumentException if it is no address, or none that an interface can have
   */
  public static InterfaceAddress parse(String text) {
    int slash = text.indexOf('/');
    IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    if (slash < 0) {
      return of(address, address.length() * 8);
    }
    try {
      return of(address, Integer.parseInt(text.substring(slash + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("Not an address with a prefix length: \"" + text + '"', e);
    }
  }

  /** The addresses on the link. */
  public IpPrefix prefix() {
    return IpPrefix.of(address, prefixLength);
  }

  /** The directed broadcast of an IPv4 prefix that has one (RFC 3021: not /31 and /32), or null. */
  public @Nullable IpAddress broadcast() {
    return address.isIpv4() && prefixLength < 31 ? prefix().broadcast() : null;
  }

  @Override
  public String toString() {
    return address + "/" + prefixLength;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 or IPv6 address: an immutable value of 128 bits, without a zone and without a name.
 *
 * <p>An IPv4 address is held as {@code ::ffff:a.b.c.d} (RFC 4291 section 2.5.5.2), so that one
 * type, one key and one comparison serve both. An IPv4-mapped IPv6 address therefore <em>is</em>
 * the IPv4 address, as it is to a socket (RFC 3493 section 3.7); on the wire of IPv6 it must not
 * appear, and {@link Ipv6Header#validate} refuses it there.
 *
 * <p>Addresses are ordered as unsigned 128-bit numbers.
 */
public final class IpAddress implements Comparable<IpAddress> {
  private static final long MAPPED = 0x0000_ffff_0000_0000L;
  private static final long MAPPED_MASK = 0xffff_ffff_0000_0000L;

  /** 127.0.0.1. */
  public static final IpAddress IPV4_LOOPBACK = new IpAddress(0, MAPPED | 0x7f00_0001L);

  /** ::1. */
  public static final IpAddress IPV6_LOOPBACK = new IpAddress(0, 1);

  /** 0.0.0.0. */
  public static final IpAddress IPV4_ANY = new IpAddress(0, MAPPED);

  /** ::. */
  public static final IpAddress IPV6_ANY = new IpAddress(0, 0);

  /** 255.255.255.255, the limited broadcast (RFC 919 section 7). */
  public static final IpAddress IPV4_BROADCAST = new IpAddress(0, MAPPED | 0xffff_ffffL);

  private final long high;
  private final long low;

  private IpAddress(long high, long low) {
    this.high = high;
    this.low = low;
  }

  /** The IPv4 address of 32 bits: {@code 0x7f000001} is 127.0.0.1. */
  public static IpAddress ofIpv4(int bits) {
    return switch (bits) {
      case 0x7f00_0001 -> IPV4_LOOPBACK;
      case 0 -> IPV4_ANY;
      case 0xffff_ffff -> IPV4_BROADCAST;
      default -> new IpAddress(0, MAPPED | (bits & 0xffff_ffffL));
    };
  }

  /** The IPv6 address of 128 bits; an IPv4-mapped one is the IPv4 address. */
  public static IpAddress ofIpv6(long high, long low) {
    if (high == 0) {
      if (low == 1) {
        return IPV6_LOOPBACK;
      }
      if (low == 0) {
        return IPV6_ANY;
      }
      if ((low & MAPPED_MASK) == MAPPED) {
        return ofIpv4((int) low);
      }
    }
    return new IpAddress(high, low);
  }

  /**
   * The same address as a value of ours; an IPv4-mapped one is IPv4, and a scope id is left out.
   */
  public static IpAddress of(InetAddress address) {
    byte[] b = address.getAddress();
    return b.length == 4 ? readIpv4(b, 0) : readIpv6(b, 0);
  }

  /**
   * Reads a literal: four decimal numbers with dots, or any text form of RFC 4291 section 2.2.
   * Nothing else is understood: no name, no zone, no brackets, no leading zero or missing part in a
   * dotted quad.
   *
   * @throws IllegalArgumentException if {@code literal} is not an address; the message holds it
   */
  public static IpAddress parse(String literal) {
    return IpAddressText.parse(literal);
  }

  /** The IPv4 address in the 4 bytes at {@code at}. */
  public static IpAddress readIpv4(byte[] b, int at) {
    return ofIpv4(Bytes.i32(b, at));
  }

  /** The IPv6 address in the 16 bytes at {@code at}. */
  public static IpAddress readIpv6(byte[] b, int at) {
    return ofIpv6(Bytes.i64(b, at), Bytes.i64(b, at + 8));
  }

  /** Are the 16 bytes at {@code at} an IPv4-mapped IPv6 address, {@code ::ffff:0:0/96}? */
  public static boolean isIpv4Mapped(byte[] b, int at) {
    return Bytes.i64(b, at) == 0 && Bytes.i32(b, at + 8) == 0xffff;
  }

  /** Writes the address in its own length, 4 or 16 bytes, and returns the offset after it. */
  public int write(byte[] b, int at) {
    if (isIpv4()) {
      Bytes.put32(b, at, (int) low);
      return at + 4;
    }
    return writeIpv6(b, at);
  }

  /** Writes all 128 bits, an IPv4 address in its mapped form, and returns the offset after them. */
  public int writeIpv6(byte[] b, int at) {
    Bytes.put64(b, at, high);
    Bytes.put64(b, at + 8, low);
    return at + 16;
  }

  /**
   * The address as the JDK's value: never looks up a name; the scope id of an IPv6 address is
   * unset.
   */
  public InetAddress toInetAddress() {
    byte[] b = new byte[length()];
    write(b, 0);
    try {
      return InetAddress.getByAddress(b);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are always an address", e);
    }
  }

  /** Is it an IPv4 address? */
  public boolean isIpv4() {
    return high == 0 && (low & MAPPED_MASK) == MAPPED;
  }

  /** Is it an IPv6 address? */
  public boolean isIpv6() {
    return !isIpv4();
  }

  /** How many bytes it takes on the wire: 4 or 16. */
  public int length() {
    return isIpv4() ? 4 : 16;
  }

  /** The 32 bits of an IPv4 address; of an IPv6 address the last 32. */
  public int ipv4Bits() {
    return (int) low;
  }

  /** The first 64 bits; 0 for an IPv4 address. */
  public long high() {
    return high;
  }

  /** The last 64 bits; {@code 0x0000ffff} and the address for an IPv4 address. */
  public long low() {
    return low;
  }

  /** 127/8 (RFC 1122 section 3.2.1.3(g)) or ::1 (RFC 4291 section 2.5.3). */
  public boolean isLoopback() {
    return isIpv4() ? ((int) low >>> 24) == 127 : high == 0 && low == 1;
  }

  /** 0.0.0.0 or ::. */
  public boolean isAny() {
    return high == 0 && (low == 0 || low == MAPPED);
  }

  /** 224/4 (RFC 1112 section 4) or ff00::/8 (RFC 4291 section 2.7). */
  public boolean isMulticast() {
    return isIpv4() ? ((int) low >>> 28) == 0xe : (high >>> 56) == 0xff;
  }

  /** The limited broadcast, 255.255.255.255; a subnet's broadcast is {@link IpPrefix#broadcast}. */
  public boolean isBroadcast() {
    return high == 0 && low == (MAPPED | 0xffff_ffffL);
  }

  /** 169.254/16 (RFC 3927) or fe80::/10 (RFC 4291 section 2.5.6). */
  public boolean isLinkLocal() {
    return isIpv4() ? ((int) low >>> 16) == 0xa9fe : (high >>> 54) == 0xfe80 >>> 6;
  }

  /** fc00::/7 (RFC 4193 section 3.1); never an IPv4 address. */
  public boolean isUniqueLocal() {
    return (high >>> 57) == 0xfc >>> 1;
  }

  /** 240/4 without the limited broadcast, "reserved for future use" (RFC 1112 section 4). */
  public boolean isReserved() {
    return isIpv4() && ((int) low >>> 28) == 0xf && !isBroadcast();
  }

  /**
   * How far a multicast address reaches (RFC 7346 section 2): 1 interface-local, 2 link-local, 3
   * realm-local, 4 admin-local, 5 site-local, 8 organization-local, 14 global. For an IPv4 group
   * the scope that RFC 2365 section 8 puts beside it: 2, 3, 8 or 14. 0 if the address is not
   * multicast.
   */
  public int multicastScope() {
    if (!isMulticast()) {
      return 0;
    }
    if (isIpv6()) {
      return (int) (high >>> 48) & 0xf;
    }
    int bits = (int) low;
    if (bits >>> 8 == 0xe00000) {
      return 2; // 224.0.0.0/24
    }
    if (bits >>> 16 == 0xefff) {
      return 3; // 239.255.0.0/16
    }
    return bits >>> 18 == 0xefc0 >>> 2 ? 8 : 14; // 239.192.0.0/14
  }

  @Override
  public int compareTo(IpAddress other) {
    int c = Long.compareUnsigned(high, other.high);
    return c != 0 ? c : Long.compareUnsigned(low, other.low);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof IpAddress a && high == a.high && low == a.low;
  }

  @Override
  public int hashCode() {
    long x = (high * 31 + low) * 0x9e37_79b9_7f4a_7c15L;
    return (int) (x >>> 32);
  }

  /** The dotted quad, or the text of RFC 5952 section 4; {@link #parse} reads it back. */
  @Override
  public String toString() {
    return IpAddressText.print(this);
  }
}

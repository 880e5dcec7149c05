// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * A set of addresses that begin with the same bits, as {@code 127.0.0.0/8} (RFC 4632 section 3.1,
 * RFC 4291 section 2.3). Immutable; the bits after the prefix are zero.
 *
 * @param network the lowest address of the set
 * @param length how many bits are fixed: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record IpPrefix(IpAddress network, int length) {
  /** 127.0.0.0/8. */
  public static final IpPrefix IPV4_LOOPBACK = of(IpAddress.IPV4_LOOPBACK, 8);

  /** ::1/128. */
  public static final IpPrefix IPV6_LOOPBACK = of(IpAddress.IPV6_LOOPBACK, 128);

  /**
   * @throws IllegalArgumentException if {@code length} does not fit the address, or bits after the
   *     prefix are set
   */
  public IpPrefix {
    if (length < 0 || length > network.length() * 8) {
      throw new IllegalArgumentException("prefix length " + length + " does not fit " + network);
    }
    if (!mask(network, length).equals(network)) {
      throw new IllegalArgumentException(network + "/" + length + " has bits set after the prefix");
    }
  }

  /**
   * The prefix of this length that holds {@code address}.
   *
   * @throws IllegalArgumentException if {@code length} does not fit the address
   */
  public static IpPrefix of(IpAddress address, int length) {
    if (length < 0 || length > address.length() * 8) {
      throw new IllegalArgumentException("prefix length " + length + " does not fit " + address);
    }
    return new IpPrefix(mask(address, length), length);
  }

  /**
   * Reads {@code ADDRESS/LENGTH}; without {@code /LENGTH} the one address.
   *
   * @throws IllegalArgumentException if {@code text} is not a prefix, or bits after the prefix are
   *     set; the message holds it
   */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    if (slash < 0) {
      return of(address, address.length() * 8);
    }
    String digits = text.substring(slash + 1);
    if (!isLength(digits)) {
      throw new IllegalArgumentException("not a prefix: \"" + text + "\"");
    }
    return new IpPrefix(address, Integer.parseInt(digits));
  }

  /** Whether it is a number of one to three digits, without a 0 in front. */
  private static boolean isLength(String digits) {
    int count = digits.length();
    for (int i = 0; i < count; i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return false;
      }
    }
    return count == 1 || (count > 1 && count <= 3 && digits.charAt(0) != '0');
  }

  /** Is {@code address} in the set? Never for an address of the other version. */
  public boolean contains(IpAddress address) {
    if (network.isIpv4() != address.isIpv4()) {
      return false;
    }
    int bits = network.isIpv4() ? length + 96 : length;
    return ((address.high() ^ network.high()) & highMask(bits)) == 0
        && ((address.low() ^ network.low()) & lowMask(bits)) == 0;
  }

  /**
   * The highest address of an IPv4 prefix: its directed broadcast, where the length is below 31
   * (RFC 3021).
   */
  public IpAddress broadcast() {
    if (!network.isIpv4()) {
      throw new IllegalStateException("IPv6 has no broadcast: " + this);
    }
    return IpAddress.ofIpv4(network.ipv4Bits() | ~netmaskBits());
  }

  /** The mask of an IPv4 prefix, 255.0.0.0 for /8. */
  public IpAddress netmask() {
    if (!network.isIpv4()) {
      throw new IllegalStateException("IPv6 has no netmask: " + this);
    }
    return IpAddress.ofIpv4(netmaskBits());
  }

  /** {@code ADDRESS/LENGTH}; {@link #parse} reads it back. */
  @Override
  public String toString() {
    return network + "/" + length;
  }

  private int netmaskBits() {
    return length == 0 ? 0 : -1 << (32 - length);
  }

  private static IpAddress mask(IpAddress a, int length) {
    int bits = a.isIpv4() ? length + 96 : length;
    return IpAddress.ofIpv6(a.high() & highMask(bits), a.low() & lowMask(bits));
  }

  private static long highMask(int bits) {
    return bits == 0 ? 0 : bits >= 64 ? -1 : -1L << (64 - bits);
  }

  private static long lowMask(int bits) {
    return bits <= 64 ? 0 : -1L << (128 - bits);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * An IPv6 extension header as a value.
 *
 * @param protocol what it is, see {@link IpProtocol}
 * @param rest all of it but its first byte, which names the header after it
 */
public record Ipv6Extension(int protocol, Octets rest) {
  /**
   * @throws IllegalArgumentException if this is no extension header or has not the length that it
   *     says
   */
  public Ipv6Extension {
    if (!Ipv6ExtensionHeaders.isExtension(protocol)) {
      throw new IllegalArgumentException("no extension header: protocol " + protocol);
    }
    int length = rest.length() + 1;
    byte[] whole = new byte[length];
    rest.copyTo(whole, 1);
    if (Ipv6ExtensionHeaders.lengthOf(whole, protocol, 0, length) != length) {
      throw new IllegalArgumentException("not the length that the header says: " + length);
    }
  }

  /** A Fragment header. */
  public static Ipv6Extension fragment(int offset, boolean more, int identification) {
    byte[] b = new byte[Ipv6FragmentHeader.LENGTH];
    Ipv6FragmentHeader.encode(b, 0, 0, offset, more, identification);
    return new Ipv6Extension(IpProtocol.FRAGMENT, Octets.copyOf(b, 1, b.length - 1));
  }

  int length() {
    return rest.length() + 1;
  }
}

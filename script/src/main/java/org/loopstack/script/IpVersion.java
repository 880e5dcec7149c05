// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

/** Which addresses a script's sockets and packets use. */
public enum IpVersion {
  /** IPv4 sockets, IPv4 packets. */
  IPV4("ipv4"),
  /** IPv6 sockets with IPv4-mapped addresses, IPv4 packets. */
  IPV4_MAPPED_IPV6("ipv4-mapped-ipv6"),
  /** IPv6 sockets, IPv6 packets. */
  IPV6("ipv6");

  private final String label;

  IpVersion(String label) {
    this.label = label;
  }

  /**
   * The version of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static IpVersion of(String label) {
    for (IpVersion each : values()) {
      if (each.label.equals(label)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "The IP version is ipv4, ipv4-mapped-ipv6 or ipv6: " + label);
  }

  @Override
  public String toString() {
    return label;
  }
}

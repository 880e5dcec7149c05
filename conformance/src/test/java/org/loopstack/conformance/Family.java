// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;

/** The kind of socket and of address that a case runs over. */
public enum Family {
  /** An IPv4 socket and 127.0.0.1. */
  IPV4("IPv4", StandardProtocolFamily.INET, "127.0.0.1", "0.0.0.0"),
  /** An IPv6 socket and ::1. */
  IPV6("IPv6", StandardProtocolFamily.INET6, "::1", "::"),
  /** An IPv6 socket that speaks to 127.0.0.1, as ::ffff:127.0.0.1 on the inside (RFC 3493 3.7). */
  MAPPED("IPv4-mapped", StandardProtocolFamily.INET6, "127.0.0.1", "0.0.0.0");

  private final String title;
  private final ProtocolFamily protocol;
  private final String loopback;
  private final String wildcard;

  Family(String title, ProtocolFamily protocol, String loopback, String wildcard) {
    this.title = title;
    this.protocol = protocol;
    this.loopback = loopback;
    this.wildcard = wildcard;
  }

  /** The name for display. */
  public String title() {
    return title;
  }

  /** The family that the sockets are opened with. */
  public ProtocolFamily protocol() {
    return protocol;
  }

  /** The loopback address as a literal. */
  public String loopback() {
    return loopback;
  }

  /** The wildcard address as a literal. */
  public String wildcard() {
    return wildcard;
  }
}

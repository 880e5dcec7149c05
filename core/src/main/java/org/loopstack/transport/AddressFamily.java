// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

/** Which addresses an endpoint can use. */
public enum AddressFamily {
  /** IPv4 only. */
  INET,
  /** IPv6, and IPv4 too unless IPV6_V6ONLY is set (RFC 3493 section 3.7). */
  INET6
}

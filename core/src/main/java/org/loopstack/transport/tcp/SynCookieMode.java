// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * When a listener answers a SYN without keeping anything (RFC 4987 section 3.6): the values of
 * Linux's tcp_syncookies.
 */
public enum SynCookieMode {
  /** Never: a SYN for which there is no room is dropped. 0. */
  NEVER,
  /** When there is no room for more half-open connections: 1, the default. */
  UNDER_PRESSURE,
  /** Always: 2. */
  ALWAYS
}

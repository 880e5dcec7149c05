// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * When a connection finds out by itself how large a segment its path carries (RFC 4821, with the
 * timers of RFC 8899), because ICMP may be filtered: the values of Linux's tcp_mtu_probing.
 */
public enum MtuProbing {
  /** Never: 0, the default. What ICMP reports is still believed. */
  OFF,
  /** As soon as timeouts look as if large segments vanished without a word: 1. */
  ON_BLACK_HOLE,
  /** From the beginning, upwards from the base MSS: 2. */
  ALWAYS
}

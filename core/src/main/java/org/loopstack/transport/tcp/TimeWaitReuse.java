// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * Which connections of ours a new one between the same ends may take over in TIME-WAIT (RFC 6191):
 * the values of Linux's tcp_tw_reuse.
 */
public enum TimeWaitReuse {
  /** None: 0. */
  NEVER,
  /** All that have timestamps: 1. */
  ALWAYS,
  /** Those of them that stay on this host: 2, the default. */
  LOOPBACK
}

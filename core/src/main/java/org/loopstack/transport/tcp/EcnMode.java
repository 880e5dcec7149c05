// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** When a TCP uses explicit congestion notification (RFC 3168): the values of Linux's tcp_ecn. */
public enum EcnMode {
  /** Never: 0. */
  OFF,
  /** We ask for it when we connect and agree when we are asked: 1. */
  REQUEST,
  /** We agree when we are asked: 2, the default. */
  ACCEPT
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** What moves a connection from one state to another (RFC 9293 figure 5). */
enum TcpEvent {
  /** The user asks for a connection: active OPEN. */
  ACTIVE_OPEN,
  /** The user waits for one: passive OPEN. */
  PASSIVE_OPEN,
  /** A SYN arrives that acknowledges nothing. */
  SYN,
  /** A SYN arrives that acknowledges ours. */
  SYN_ACK,
  /** Our SYN is acknowledged. */
  ACK_OF_SYN,
  /** The user has nothing more to send: CLOSE. */
  CLOSE,
  /** The peer has nothing more to send, and all it sent has arrived. */
  FIN,
  /** Our FIN is acknowledged. */
  ACK_OF_FIN,
  /** Twice the maximum segment lifetime has passed, or FIN-WAIT-2 has lasted too long. */
  TIMEOUT,
  /** A reset, sent or received, or an error: the connection is gone. */
  ABORT
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** The states of a connection (RFC 9293 section 3.3.2). */
public enum TcpState {
  /** "represents no connection state at all." */
  CLOSED,
  /** "waiting for a connection request from any remote TCP peer and port." */
  LISTEN,
  /** "waiting for a matching connection request after having sent a connection request." */
  SYN_SENT,
  /** "waiting for a confirming connection request acknowledgment". */
  SYN_RECEIVED,
  /** "an open connection, data received can be delivered to the user." */
  ESTABLISHED,
  /** We have closed and wait for the acknowledgment of that, or for the peer to close too. */
  FIN_WAIT_1,
  /** Our closing is acknowledged; we wait for the peer to close. */
  FIN_WAIT_2,
  /** The peer has closed; we wait for our user to do so. */
  CLOSE_WAIT,
  /** Both have closed at once; we wait for the acknowledgment of ours. */
  CLOSING,
  /** The peer has closed, then we; we wait for the acknowledgment of ours. */
  LAST_ACK,
  /**
   * "waiting for enough time to pass to be sure the remote TCP peer received the acknowledgment".
   */
  TIME_WAIT;

  /** Whether both sides have agreed on sequence numbers. */
  public boolean isSynchronized() {
    return switch (this) {
      case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED -> false;
      default -> true;
    };
  }

  /** Whether the peer can still send data. */
  boolean canReceive() {
    return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
  }

  /** Whether the user can still hand us data to send. */
  boolean canSend() {
    return this == ESTABLISHED || this == CLOSE_WAIT;
  }

  /** Whether we may have data or a FIN that the peer has not acknowledged. */
  boolean mayHaveUnacknowledged() {
    return switch (this) {
      case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK -> true;
      case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, FIN_WAIT_2, TIME_WAIT -> false;
    };
  }
}

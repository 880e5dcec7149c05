// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.info;

/**
 * The timer of a TCP connection that {@code ss -o} shows. Immutable.
 *
 * @param kind what it waits for
 * @param left nanoseconds until it expires, 0 if it is due
 * @param count how often it has expired in a row, or probes that wait for an answer
 */
public record SocketTimer(Kind kind, long left, int count) {
  /** What a timer waits for, by the names that {@code ss} prints. */
  public enum Kind {
    /** Sends again: a SYN, a SYN-ACK, data, or a probe for a lost tail. */
    ON,

    /** Asks whether a silent peer is there. */
    KEEPALIVE,

    /** Ends TIME-WAIT, or FIN-WAIT-2 of a connection whose user has gone. */
    TIMEWAIT,

    /** Asks for a window. */
    PERSIST
  }
}

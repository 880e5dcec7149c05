// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * The numbers by which one profile's TCP differs from another's. Times are in nanoseconds, sizes in
 * bytes. Immutable.
 *
 * @param initialRto the retransmission timeout before a round trip was measured
 * @param minRto the least retransmission timeout
 * @param maxRto the greatest retransmission timeout, backed off
 * @param synRetries how often a SYN is sent again
 * @param synLinearTimeouts how many of these before the timeout begins to double
 * @param synAckRetries how often a SYN-ACK is sent again
 * @param dataRetries how often a segment is sent again before the connection is given up
 * @param orphanRetries the same, once the user has closed
 * @param delayedAck how long an acknowledgment may wait for data to go with
 * @param timeWait how long TIME-WAIT lasts: 2 MSL
 * @param timeWaitReuse after how long a new connection of ours may take over a TIME-WAIT, by its
 *     timestamps (RFC 6191); 0 for never
 * @param finTimeout how long FIN-WAIT-2 lasts once the user has closed
 * @param keepAliveIdle after how long a silence keep-alive begins to ask
 * @param keepAliveInterval how long it waits for an answer
 * @param keepAliveProbes how often it asks
 * @param sendBuffer how much a user may write ahead of the acknowledgments
 * @param receiveBuffer how much may arrive ahead of the user's reads
 * @param maxReceiveBuffer up to what the window scale allows a receive buffer to be set later
 * @param initialWindowSegments the initial congestion window, in segments (RFC 6928)
 * @param maxBacklog the greatest backlog of a listener: somaxconn
 * @param maxHalfOpen how many half-open connections a listener keeps
 * @param challengeAckInterval the least time between two acknowledgments that answer the invalid
 * @param timestamps whether we offer timestamps
 * @param windowScaling whether we offer window scaling
 * @param selectiveAcknowledgment whether we offer selective acknowledgments
 * @param robustResets whether resets, SYNs and acknowledgments are checked as RFC 5961 says
 */
public record TcpConfiguration(
    long initialRto,
    long minRto,
    long maxRto,
    int synRetries,
    int synLinearTimeouts,
    int synAckRetries,
    int dataRetries,
    int orphanRetries,
    long delayedAck,
    long timeWait,
    long timeWaitReuse,
    long finTimeout,
    long keepAliveIdle,
    long keepAliveInterval,
    int keepAliveProbes,
    int sendBuffer,
    int receiveBuffer,
    int maxReceiveBuffer,
    int initialWindowSegments,
    int maxBacklog,
    int maxHalfOpen,
    long challengeAckInterval,
    boolean timestamps,
    boolean windowScaling,
    boolean selectiveAcknowledgment,
    boolean robustResets) {

  private static final long MILLISECOND = 1_000_000L;
  private static final long SECOND = 1_000 * MILLISECOND;

  /** Linux, by the defaults of its {@code net.ipv4.tcp_*} settings. */
  public static TcpConfiguration linux() {
    return new TcpConfiguration(
        SECOND,
        200 * MILLISECOND,
        120 * SECOND,
        6,
        4,
        5,
        15,
        8,
        40 * MILLISECOND,
        60 * SECOND,
        SECOND,
        60 * SECOND,
        7200 * SECOND,
        75 * SECOND,
        9,
        1 << 20,
        1 << 20,
        6 << 20,
        10,
        4096,
        4096,
        500 * MILLISECOND,
        true,
        true,
        true,
        true);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.info;

/**
 * What TCP_INFO tells of a connection: the fields of Linux's {@code struct tcp_info}, in its units.
 * A snapshot; safe for use by many threads.
 *
 * @param state the state, as Linux numbers them: 1 ESTABLISHED, 2 SYN-SENT, 3 SYN-RECEIVED, 4 FIN-
 *     WAIT-1, 5 FIN-WAIT-2, 6 TIME-WAIT, 7 CLOSED, 8 CLOSE-WAIT, 9 LAST-ACK, 10 LISTEN, 11 CLOSING
 * @param caState what congestion control does: 0 Open, 1 Disorder, 2 CWR, 3 Recovery, 4 Loss
 * @param retransmits how often the retransmission timer has expired since the last progress
 * @param probes window or keep-alive probes that wait for an answer
 * @param backoff how often the retransmission timeout has been doubled
 * @param options what was agreed on: the sum of {@link #OPTION_TIMESTAMPS} and its sisters
 * @param sndWscale the shift of the windows that the peer offers
 * @param rcvWscale the shift of the windows that we offer
 * @param rto the retransmission timeout, in microseconds
 * @param ato how long an acknowledgment may be delayed, in microseconds
 * @param sndMss how many bytes of data a full-sized segment carries
 * @param rcvMss the size of the peer's segments, as far as seen
 * @param unacked segments sent and not acknowledged; of a listener, connections that wait to be
 *     accepted
 * @param sacked of these, those that the peer has reported to have; of a listener, the backlog
 * @param lost of these, those thought to be lost
 * @param retrans of these, those sent again and thought to be under way
 * @param fackets always 0, as in Linux since 4.15
 * @param lastDataSent milliseconds since data was sent last
 * @param lastAckSent always 0: "Not remembered, sorry" in Linux's header
 * @param lastDataRecv milliseconds since data arrived last
 * @param lastAckRecv milliseconds since an acknowledgment arrived last
 * @param pmtu the path's MTU
 * @param rcvSsthresh up to what the receive window may be opened, in bytes
 * @param rtt the smoothed round-trip time, in microseconds
 * @param rttvar its variation, in microseconds
 * @param sndSsthresh the slow start threshold, in segments; {@link Integer#MAX_VALUE} before the
 *     first loss
 * @param sndCwnd the congestion window, in segments
 * @param advmss the MSS that we have offered
 * @param reordering after how many later segments that have arrived one is thought lost
 * @param rcvRtt the receiver's estimate of the round-trip time, in microseconds; 0 if there is none
 * @param rcvSpace what the user reads in a round trip, as far as measured, in bytes
 * @param totalRetrans segments sent again since the beginning
 * @param bytesAcked sequence numbers of ours acknowledged since the beginning, SYN and FIN among
 *     them
 * @param bytesReceived sequence numbers of the peer's taken in since the beginning, the FIN among
 *     them
 * @param segsOut segments sent
 * @param segsIn segments that have arrived
 * @param notsentBytes bytes written and not sent
 * @param minRtt the shortest round-trip time measured, in microseconds; {@link Integer#MAX_VALUE}
 *     if none
 * @param dataSegsIn segments with data that have arrived
 * @param dataSegsOut segments with data sent
 * @param deliveryRate bytes per second that arrived at the peer, over the last round trip; 0 if not
 *     measured
 * @param busyTime microseconds in which there was something to send or to be acknowledged
 * @param rwndLimited of these, those in which the peer's window was what held the data back
 * @param sndbufLimited of these, those in which the send buffer was too small for the writer
 * @param delivered segments that have arrived at the peer, the SYN among them
 * @param deliveredCe of these, those that carried a congestion mark (RFC 3168)
 * @param bytesSent bytes of data sent, those sent again among them
 * @param bytesRetrans bytes of data sent again
 * @param dsackDups segments that the peer has reported to have twice (RFC 2883)
 * @param reordSeen how often segments were seen to arrive out of order
 * @param rcvOoopack segments that have arrived ahead of a gap
 * @param sndWnd the window that the peer offers, in bytes
 * @param rcvWnd the window that we offer, in bytes
 */
public record TcpInfo(
    int state,
    int caState,
    int retransmits,
    int probes,
    int backoff,
    int options,
    int sndWscale,
    int rcvWscale,
    int rto,
    int ato,
    int sndMss,
    int rcvMss,
    int unacked,
    int sacked,
    int lost,
    int retrans,
    int fackets,
    int lastDataSent,
    int lastAckSent,
    int lastDataRecv,
    int lastAckRecv,
    int pmtu,
    int rcvSsthresh,
    int rtt,
    int rttvar,
    int sndSsthresh,
    int sndCwnd,
    int advmss,
    int reordering,
    int rcvRtt,
    int rcvSpace,
    int totalRetrans,
    long bytesAcked,
    long bytesReceived,
    int segsOut,
    int segsIn,
    int notsentBytes,
    int minRtt,
    int dataSegsIn,
    int dataSegsOut,
    long deliveryRate,
    long busyTime,
    long rwndLimited,
    long sndbufLimited,
    int delivered,
    int deliveredCe,
    long bytesSent,
    long bytesRetrans,
    int dsackDups,
    int reordSeen,
    int rcvOoopack,
    int sndWnd,
    int rcvWnd) {
  /** Timestamps (RFC 7323). */
  public static final int OPTION_TIMESTAMPS = 1;

  /** Selective acknowledgments (RFC 2018). */
  public static final int OPTION_SACK = 2;

  /** Window scaling (RFC 7323). */
  public static final int OPTION_WSCALE = 4;

  /** Explicit congestion notification (RFC 3168). */
  public static final int OPTION_ECN = 8;

  /** A segment that could carry a congestion mark has arrived. */
  public static final int OPTION_ECN_SEEN = 16;

  /** Data of the SYN was acknowledged (RFC 7413). */
  public static final int OPTION_SYN_DATA = 32;
}

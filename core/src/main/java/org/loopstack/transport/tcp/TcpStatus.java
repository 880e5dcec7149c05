// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.transport.SocketInfo;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.info.SocketDetails;

/**
 * One connection or listener as the inspector shows it. Sizes are in bytes, times in nanoseconds.
 *
 * @param state the state of RFC 9293
 * @param local this end
 * @param remote the other end; port 0 and the unspecified address for a listener
 * @param receiveQueue bytes the user has not read; for a listener, connections not yet accepted
 * @param sendQueue bytes the peer has not acknowledged; for a listener, the backlog
 * @param congestionWindow cwnd
 * @param slowStartThreshold ssthresh
 * @param mss the most data a segment carries
 * @param roundTripTime smoothed, 0 if not measured
 * @param roundTripVariation of the round-trip time
 * @param retransmissionTimeout the timeout now, backed off
 * @param retransmissions segments sent again since the beginning
 * @param details what {@code ss} shows besides
 */
public record TcpStatus(
    TcpState state,
    TransportAddress local,
    TransportAddress remote,
    int receiveQueue,
    int sendQueue,
    int congestionWindow,
    int slowStartThreshold,
    int mss,
    long roundTripTime,
    long roundTripVariation,
    long retransmissionTimeout,
    int retransmissions,
    SocketDetails details) {

  static TcpStatus of(TcpConnection c, FourTuple ends, long now) {
    return new TcpStatus(
        c.tcb.state,
        new TransportAddress(ends.local(), ends.localPort()),
        new TransportAddress(ends.remote(), ends.remotePort()),
        c.receiver.buffer.size(),
        c.sender.buffer.size(),
        c.sender.congestion().window(),
        c.sender.congestion().slowStartThreshold(),
        c.tcb.sndMss,
        c.sender.rtt.srtt(),
        c.sender.rtt.rttVar(),
        c.sender.rtt.timeout(),
        c.sender.retransmissions(),
        SocketDetailsReader.of(c, now));
  }

  /** The same in the words of {@code ss}. */
  public SocketInfo toSocketInfo() {
    String name =
        switch (state) {
          case CLOSED -> "UNCONN";
          case ESTABLISHED -> "ESTAB";
          case SYN_RECEIVED -> "SYN-RECV";
          default -> state.name().replace('_', '-');
        };
    return new SocketInfo("tcp", name, receiveQueue, sendQueue, local, remote, details);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** Smoothed round-trip time and retransmission timeout (RFC 6298). Times are in nanoseconds. */
final class RttEstimator {
  /** "G" of RFC 6298: the granularity of the clock; ours counts nanoseconds, its timers do not. */
  private static final long GRANULARITY = 1_000_000;

  private static final long FALL_BACK = 3_000_000_000L;

  private final long minRto;
  private final long maxRto;
  private final long slop;
  private long srtt;
  private long rttVar;
  private long minRtt = Long.MAX_VALUE;
  private long rto;
  private int backoff;

  RttEstimator(TcpConfiguration configuration) {
    minRto = configuration.minRto();
    maxRto = configuration.maxRto();
    slop = configuration.rtoSlop();
    // (2.1) "Until a round-trip time (RTT) measurement has been made for a segment sent between the
    // sender and receiver, the sender SHOULD set RTO <- 1 second".
    rto = configuration.initialRto();
  }

  /** Takes a measurement, by Karn's rule never of a segment that was sent twice. */
  void sample(long measured) {
    long r = Math.max(1, measured);
    minRtt = Math.min(minRtt, r);
    if (srtt == 0) {
      // (2.2) "SRTT <- R, RTTVAR <- R/2"
      srtt = r;
      rttVar = r / 2;
    } else {
      // (2.3) "RTTVAR <- (1 - beta) * RTTVAR + beta * |SRTT - R'|", beta = 1/4;
      // "SRTT <- (1 - alpha) * SRTT + alpha * R'", alpha = 1/8.
      rttVar += (Math.abs(srtt - r) - rttVar) / 4;
      srtt += (r - srtt) / 8;
    }
    // "RTO <- SRTT + max (G, K*RTTVAR)", K = 4. (2.4) bounds it from below, (2.5) from above.
    rto = Math.clamp(srtt + Math.max(GRANULARITY, 4 * rttVar) + slop, minRto, maxRto);
    backoff = 0;
  }

  /** The timeout now, backed off. */
  long timeout() {
    return timeout(backoff);
  }

  /** The timeout as it would be, backed off so many times. */
  long timeout(int times) {
    long backedOff = rto << Math.min(times, 30);
    return backedOff < rto || backedOff > maxRto ? maxRto : backedOff;
  }

  /**
   * (5.7) "If the timer expires awaiting the ACK of a SYN segment and the TCP implementation is
   * using an RTO less than 3 seconds, the RTO MUST be re-initialized to 3 seconds when data
   * transmission begins".
   */
  void fallBack() {
    rto = Math.clamp(FALL_BACK, minRto, maxRto);
  }

  /** (5.5) The host MUST set RTO to RTO * 2 ("back off the timer"). */
  void backOff() {
    backoff++;
  }

  /** The timeouts were spurious: nothing was lost, the path works. */
  void resetBackOff() {
    backoff = 0;
  }

  /** How often the timer has been backed off since. */
  int backOffs() {
    return backoff;
  }

  /** The smoothed round-trip time, 0 before the first measurement. */
  long srtt() {
    return srtt;
  }

  /** The round-trip time's variation. */
  long rttVar() {
    return rttVar;
  }

  /** The shortest round-trip time measured, or {@link Long#MAX_VALUE}. */
  long minRtt() {
    return minRtt;
  }
}

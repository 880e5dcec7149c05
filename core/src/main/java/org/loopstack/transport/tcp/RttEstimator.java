// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** Smoothed round-trip time and retransmission timeout (RFC 6298). Times are in nanoseconds. */
final class RttEstimator {
  private static final long MICROSECOND = 1_000;
  private static final long FALL_BACK = 3_000_000_000L;

  private final long minRto;
  private final long maxRto;
  private final long slop;
  private final RttVariation variation;
  private long srtt;
  private long minRtt = Long.MAX_VALUE;
  private long rto;
  private int backoff;

  RttEstimator(TcpConfiguration configuration) {
    minRto = configuration.minRto();
    maxRto = configuration.maxRto();
    slop = configuration.rtoSlop();
    variation = configuration.rtoRule().variation(minRto);
    // (2.1) "Until a round-trip time (RTT) measurement has been made for a segment sent between the
    // sender and receiver, the sender SHOULD set RTO <- 1 second".
    rto = configuration.initialRto();
  }

  /**
   * Takes a measurement, by Karn's rule never of a segment that was sent twice.
   *
   * @param sndUna SND.UNA as the acknowledgment that measured it has moved it
   */
  void sample(long measured, int sndUna, int sndNxt) {
    long r = Math.max(1, measured);
    minRtt = Math.min(minRtt, r);
    if (srtt == 0) {
      // (2.2) "SRTT <- R"
      srtt = r;
      variation.first(r, sndNxt);
    } else {
      // (2.3) "SRTT <- (1 - alpha) * SRTT + alpha * R'", alpha = 1/8, after RTTVAR.
      variation.next(r - srtt, sndUna, sndNxt);
      srtt += (r - srtt) / 8;
    }
    // (2.4) bounds it from below, (2.5) from above. Kernels measure no finer than microseconds.
    long sum = srtt + variation.allowance();
    rto = Math.clamp(sum - sum % MICROSECOND, minRto, maxRto);
    backoff = 0;
  }

  /** The timeout now, backed off. */
  long timeout() {
    return timeout(backoff);
  }

  /** The timeout as it would be, backed off so many times. */
  long timeout(int times) {
    long backedOff = rto << Math.min(times, 30);
    if (backedOff < rto || backedOff > maxRto) {
      return maxRto;
    }
    return srtt == 0 ? backedOff : Math.min(backedOff + slop, maxRto);
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
    return variation.mean();
  }

  /** The shortest round-trip time measured, or {@link Long#MAX_VALUE}. */
  long minRtt() {
    return minRtt;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    srtt = c.carry(srtt);
    minRtt = c.carry(minRtt);
    rto = c.carry(rto);
    backoff = c.carry(backoff);
    variation.carry(c);
  }
}

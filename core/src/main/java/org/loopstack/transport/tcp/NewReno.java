// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** Slow start, congestion avoidance (RFC 5681) and NewReno's fast recovery (RFC 6582). */
final class NewReno implements CongestionControl {
  private int smss = 536;
  private int cwnd = 10 * smss;
  private int ssthresh = Integer.MAX_VALUE;

  /** Bytes acknowledged in congestion avoidance and not yet turned into window. */
  private int credit;

  @Override
  public String name() {
    return "reno";
  }

  @Override
  public int window() {
    return cwnd;
  }

  @Override
  public int slowStartThreshold() {
    return ssthresh;
  }

  @Override
  public void setMss(int mss, int initialSegments) {
    smss = mss;
    cwnd = saturating((long) initialSegments * mss);
  }

  @Override
  public void onAcknowledged(int bytes, long now) {
    if (cwnd < ssthresh) {
      // RFC 3465 section 2.2: one acknowledgment may stand for two full-sized segments.
      cwnd = saturating((long) cwnd + Math.min(bytes, 2 * smss));
      return;
    }
    // RFC 5681 (3.1): "when the number of bytes acknowledged reaches cwnd, then cwnd can be
    // incremented by up to SMSS bytes."
    credit += bytes;
    if (credit >= cwnd) {
      credit -= cwnd;
      cwnd = saturating((long) cwnd + smss);
    }
  }

  @Override
  public void onLoss(int flightSize, long now) {
    // (4): "ssthresh = max (FlightSize / 2, 2*SMSS)". RFC 6582 section 3.2 step 3: "Set cwnd to
    // ssthresh plus 3*SMSS."
    ssthresh = Math.max(flightSize / 2, 2 * smss);
    cwnd = saturating(ssthresh + 3L * smss);
    credit = 0;
  }

  @Override
  public void onDuplicate() {
    cwnd = saturating((long) cwnd + smss);
  }

  @Override
  public void onPartialAcknowledgment(int bytes) {
    // RFC 6582 section 3.2 step 3: "Deflate the congestion window by the amount of new data
    // acknowledged ... if the partial ACK acknowledges at least one SMSS of new data, then add back
    // SMSS bytes".
    cwnd = Math.max(cwnd - bytes, 0) + (bytes >= smss ? smss : 0);
    cwnd = Math.max(cwnd, smss);
  }

  @Override
  public void onRecovered(int flightSize) {
    // "Set cwnd to ... (1) min (ssthresh, max(FlightSize, SMSS) + SMSS)".
    cwnd = Math.min(ssthresh, Math.max(flightSize, smss) + smss);
    credit = 0;
  }

  @Override
  public void onTimeout(int flightSize, boolean first, long now) {
    // RFC 5681 section 3.1: only "when the given segment has not yet been resent by way of the
    // retransmission timer" is ssthresh set; "cwnd MUST be set to no more than the loss window, LW,
    // which equals 1 full-sized segment".
    if (first) {
      ssthresh = Math.max(flightSize / 2, 2 * smss);
    }
    cwnd = smss;
    credit = 0;
  }

  @Override
  public void onIdleRestart(int initialSegments) {
    // RFC 5681 section 4.1: "cwnd is reduced to the value of RW = min(IW, cwnd)".
    cwnd = Math.min(cwnd, saturating((long) initialSegments * smss));
  }

  private static int saturating(long bytes) {
    return (int) Math.min(bytes, 1 << 30);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** Slow start and congestion avoidance of RFC 5681. */
final class NewReno extends CongestionControl {
  static final String NAME = "reno";

  /** Bytes acknowledged in congestion avoidance and not yet turned into window. */
  private int credit;

  @Override
  String name() {
    return NAME;
  }

  @Override
  void onAcknowledged(int bytes, long rtt, long srtt, long now) {
    int left = isSlowStart() ? slowStart(bytes) : bytes;
    if (left == 0) {
      return;
    }
    // RFC 5681 (3.1): "when the number of bytes acknowledged reaches cwnd, then cwnd can be
    // incremented by up to SMSS bytes."
    credit += left;
    if (credit >= cwnd) {
      credit -= cwnd;
      setWindow((long) cwnd + smss);
    }
  }

  @Override
  void onCongestion(int flightSize, long now) {
    // (4): "ssthresh = max (FlightSize / 2, 2*SMSS)".
    ssthresh = Math.max(flightSize / 2, 2 * smss);
    credit = 0;
  }

  @Override
  void carry(StateCarrier c) {
    super.carry(c);
    credit = c.carry(credit);
  }
}

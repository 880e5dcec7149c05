// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * HyStart++ (RFC 9406): ends slow start when the round trip grows, before the queue overflows. A
 * phase of Conservative Slow Start guards against a growth that was chance. Names are the RFC's.
 */
final class HyStart {
  private static final long MIN_RTT_THRESH = 4_000_000;
  private static final long MAX_RTT_THRESH = 16_000_000;
  private static final int MIN_RTT_DIVISOR = 8;
  private static final int N_RTT_SAMPLE = 8;
  private static final int CSS_GROWTH_DIVISOR = 4;
  private static final int CSS_ROUNDS = 5;

  private long lastRoundMinRtt = Long.MAX_VALUE;
  private long currentRoundMinRtt = Long.MAX_VALUE;
  private int rttSampleCount;
  private long cssBaselineMinRtt = Long.MAX_VALUE;
  private boolean conservative;
  private int cssRounds;
  private boolean over;
  private boolean ended;

  /** A round begins. */
  void onRound() {
    lastRoundMinRtt = currentRoundMinRtt;
    currentRoundMinRtt = Long.MAX_VALUE;
    rttSampleCount = 0;
    if (conservative && ++cssRounds >= CSS_ROUNDS) {
      over = true;
    }
  }

  /**
   * By how many of the acknowledged bytes slow start is to grow.
   *
   * @param rtt a measurement, or -1
   */
  int growth(int acknowledged, long rtt) {
    if (ended) {
      return acknowledged;
    }
    if (rtt >= 0) {
      currentRoundMinRtt = Math.min(currentRoundMinRtt, rtt);
      rttSampleCount++;
    }
    boolean measured =
        rttSampleCount >= N_RTT_SAMPLE
            && currentRoundMinRtt != Long.MAX_VALUE
            && lastRoundMinRtt != Long.MAX_VALUE;
    if (conservative) {
      if (measured && currentRoundMinRtt < cssBaselineMinRtt) {
        // "Determine if slow start exit was spurious".
        conservative = false;
        cssBaselineMinRtt = Long.MAX_VALUE;
      }
      return conservative ? Math.max(1, acknowledged / CSS_GROWTH_DIVISOR) : acknowledged;
    }
    if (measured) {
      long threshold =
          Math.clamp(lastRoundMinRtt / MIN_RTT_DIVISOR, MIN_RTT_THRESH, MAX_RTT_THRESH);
      if (currentRoundMinRtt >= lastRoundMinRtt + threshold) {
        conservative = true;
        cssBaselineMinRtt = currentRoundMinRtt;
        cssRounds = 0;
      }
    }
    return acknowledged;
  }

  /** Whether congestion avoidance is to begin. */
  boolean isSlowStartOver() {
    return over && !ended;
  }

  /**
   * Section 4.3: "An implementation SHOULD use HyStart++ only for the initial slow start": a loss
   * ends it.
   */
  void end() {
    ended = true;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    lastRoundMinRtt = c.carry(lastRoundMinRtt);
    currentRoundMinRtt = c.carry(currentRoundMinRtt);
    rttSampleCount = c.carry(rttSampleCount);
    cssBaselineMinRtt = c.carry(cssBaselineMinRtt);
    conservative = c.carry(conservative);
    cssRounds = c.carry(cssRounds);
    over = c.carry(over);
    ended = c.carry(ended);
  }
}

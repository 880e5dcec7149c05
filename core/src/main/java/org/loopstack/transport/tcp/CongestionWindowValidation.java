// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/**
 * A congestion window that was not used says nothing about the path of now (RFC 2861, RFC 7661): it
 * shrinks after a silence, and while the application sends less than it allows. As Linux does both.
 */
final class CongestionWindowValidation {
  private final TcpConfiguration configuration;
  private final RttEstimator rtt;

  /** "W_used": the most that was in flight since the window was last looked at. */
  private int used;

  /** Whether the window was what held the sender back in the present flight. */
  private boolean limited;

  /** The most that was in flight in it. */
  private int mostInFlight;

  /** The number at which that flight ends. */
  private int flightEnd;

  /** "T_prev": when the window was last full, or looked at. */
  private long validatedAt;

  CongestionWindowValidation(TcpConfiguration configuration, RttEstimator rtt) {
    this.configuration = configuration;
    this.rtt = rtt;
  }

  /** The first flight begins. */
  void start(int sndUna) {
    flightEnd = sndUna;
  }

  /**
   * RFC 2861 section 3.1: for "each RTO interval" of silence the window is halved, down to the
   * restart window of RFC 5681 section 4.1.
   *
   * @param lastSent when something was sent for the last time
   */
  void restart(CongestionControl congestion, long lastSent, int mss, long now) {
    long idle = now - lastSent;
    long timeout = rtt.timeout();
    if (idle <= timeout) {
      return;
    }
    congestion.onIdle(idle);
    if (!configuration.slowStartAfterIdle()) {
      return;
    }
    congestion.rememberWindow();
    long window = congestion.window();
    long least = Math.min(initialWindow(mss), window);
    for (long left = idle - timeout; left > 0 && window > least; left -= timeout) {
      window /= 2;
    }
    congestion.setWindow(Math.max(window, least));
    used = 0;
    validatedAt = now;
  }

  /**
   * RFC 7661, as Linux has it: a window that was not used does not grow; in slow start, one of
   * which half was used does.
   */
  boolean isLimited(CongestionControl congestion) {
    return limited || (congestion.isSlowStart() && congestion.window() < 2L * mostInFlight);
  }

  /** Something was sent, or would have been; full says that the window allowed no more. */
  void sent(
      CongestionControl congestion,
      TransmissionControlBlock tcb,
      boolean full,
      boolean applicationLimited,
      long now) {
    int flight = SequenceNumber.diff(tcb.sndNxt, tcb.sndUna);
    if (full || SequenceNumber.ge(tcb.sndUna, flightEnd) || (!limited && flight > mostInFlight)) {
      limited = full;
      mostInFlight = flight;
      flightEnd = tcb.sndNxt;
    }
    if (isLimited(congestion)) {
      used = 0;
      validatedAt = now;
      return;
    }
    used = Math.max(used, flight);
    if (now - validatedAt >= rtt.timeout() && configuration.slowStartAfterIdle()) {
      if (applicationLimited) {
        shrink(congestion, tcb.sndMss);
      }
      used = 0;
      validatedAt = now;
    }
  }

  /**
   * RFC 2861 section 3.2, after a timeout's time of less than the window: "ssthresh = max(ssthresh,
   * 3*cwnd/4)", "cwnd = (cwnd + W_used)/2".
   */
  private void shrink(CongestionControl congestion, int mss) {
    long window = congestion.window();
    long needed = Math.max(used, initialWindow(mss));
    if (needed < window) {
      congestion.rememberWindow();
      congestion.setWindow((window + needed) / 2);
    }
  }

  private long initialWindow(int mss) {
    return configuration.initialWindow(configuration.initialWindowSegments(), mss);
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    used = c.carry(used);
    limited = c.carry(limited);
    mostInFlight = c.carry(mostInFlight);
    flightEnd = c.carrySent(flightEnd);
    validatedAt = c.carryTime(validatedAt);
  }
}

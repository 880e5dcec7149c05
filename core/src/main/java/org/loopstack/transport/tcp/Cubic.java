// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;

/**
 * CUBIC (RFC 9438), with HyStart++ (RFC 9406) to end slow start. The window grows as a cubic
 * function of the time since the last congestion; the RFC's variables are in segments, and so are
 * they here.
 */
final class Cubic extends CongestionControl {
  static final String NAME = "cubic";

  /** "C": how aggressive it is (section 5.1). */
  private static final double C = 0.4;

  /** "beta_cubic": how far the window goes down (section 4.6). */
  private static final double BETA = 0.7;

  /** "alpha_cubic" of section 4.3: as fast as Reno would grow with that beta. */
  private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

  private final HyStart hyStart = new HyStart();

  /** "W_max": the window just before the last reduction. */
  private double wMax;

  /** "K": how long it takes to get back to W_max, in seconds. */
  private double k;

  /** "W_est": the window that Reno would have. */
  private double wEst;

  /** "cwnd_prior", at the last congestion event. */
  private double cwndPrior;

  /** "t_epoch": when the current congestion avoidance began, or -1. */
  private long epoch = -1;

  /** Window not yet large enough to be a byte. */
  private double fraction;

  /** Section 4.9.2: what a spurious event gives back; null until there was an event. */
  private @Nullable Epoch undo;

  /** The variables of a congestion avoidance. */
  private record Epoch(double wMax, double k, double wEst, double cwndPrior, long begin) {}

  @Override
  String name() {
    return NAME;
  }

  @Override
  void onRound() {
    hyStart.onRound();
  }

  @Override
  void onAcknowledged(int bytes, long rtt, long srtt, long now) {
    int left = bytes;
    if (isSlowStart()) {
      int growth = hyStart.growth(bytes, rtt);
      if (hyStart.isSlowStartOver()) {
        // RFC 9406 section 4.2: "If CSS_ROUNDS rounds are complete, enter congestion avoidance by
        // setting the ssthresh to the current cwnd."
        ssthresh = cwnd;
      } else {
        left = slowStart(growth);
      }
    }
    if (left > 0 && !isSlowStart()) {
      avoidCongestion(left, srtt, now);
    }
  }

  private void avoidCongestion(int bytes, long srtt, long now) {
    double window = (double) cwnd / smss;
    double acked = (double) bytes / smss;
    if (epoch < 0) {
      epoch = now;
      wEst = window;
      if (window < wMax) {
        k = Math.cbrt((wMax - window) / C);
      } else {
        // Section 4.10: after slow start without a loss, and section 4.8: K is 0 and W_max is cwnd.
        k = 0;
        wMax = window;
      }
    }
    double t = (now - epoch) / 1e9;
    double rtt = srtt / 1e9;
    double target = Math.clamp(cubic(t + rtt), window, 1.5 * window);
    // Section 4.3: "W_est = W_est + alpha_cubic * segments_acked / cwnd", alpha 1 once it has
    // reached the window at which the last congestion came.
    wEst += (wEst >= cwndPrior ? 1 : ALPHA) * acked / window;
    double growth =
        cubic(t) < wEst ? Math.max(0, wEst - window) : (target - window) / window * acked;
    fraction += growth * smss;
    int whole = (int) fraction;
    fraction -= whole;
    setWindow((long) cwnd + whole);
  }

  /** Figure 1: "W_cubic(t) = C*(t-K)^3 + W_max". */
  private double cubic(double t) {
    double d = t - k;
    return C * d * d * d + wMax;
  }

  @Override
  void onCongestion(int flightSize, long now) {
    double window = (double) cwnd / smss;
    undo = new Epoch(wMax, k, wEst, cwndPrior, epoch);
    cwndPrior = window;
    // Section 4.7, fast convergence: a flow that was cut before it came back to its old maximum
    // leaves room for others.
    wMax = window < wMax ? window * (1 + BETA) / 2 : window;
    // Section 4.6: "ssthresh = flight_size * beta_cubic", of at least two segments.
    ssthresh = (int) Math.max(flightSize * BETA, 2.0 * smss);
    epoch = -1;
    fraction = 0;
    hyStart.end();
  }

  @Override
  void onTimeout(long now) {
    super.onTimeout(now);
    // Section 4.8: in the congestion avoidance after a timeout "K is set to 0, and W_max is set to
    // the congestion window size at the beginning".
    wMax = 0;
    epoch = -1;
    hyStart.end();
  }

  @Override
  void onIdle(long idle) {
    // Section 5.8: the time without anything to send is no time of growth.
    if (epoch >= 0) {
      epoch += idle;
    }
  }

  @Override
  void restore(int window, int threshold) {
    super.restore(window, threshold);
    if (undo == null) {
      return;
    }
    // Section 4.9.2: "cwnd_prior = undo_cwnd_prior, ... W_max = undo_W_max, K = undo_K, t_epoch =
    // undo_t_epoch, W_est = undo_W_est".
    wMax = undo.wMax;
    k = undo.k;
    wEst = undo.wEst;
    cwndPrior = undo.cwndPrior;
    epoch = undo.begin;
    undo = null;
  }

  @Override
  void carry(StateCarrier c) {
    super.carry(c);
    wMax = c.carry(wMax);
    k = c.carry(k);
    wEst = c.carry(wEst);
    cwndPrior = c.carry(cwndPrior);
    epoch = c.carryTime(epoch);
    fraction = c.carry(fraction);
    undo = c.carryObject(undo);
    hyStart.carry(c);
  }
}

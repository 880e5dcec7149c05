// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * How much a connection may have in flight: the algorithm that answers acknowledgments and losses
 * with a window. All amounts are in bytes, times in nanoseconds. What happens during a recovery is
 * {@link LossRecovery}'s business; it asks the algorithm how far to go down and then sets the
 * window itself.
 */
abstract class CongestionControl {
  private static final int MAX_WINDOW = 1 << 30;

  /** SMSS. */
  protected int smss = 536;

  /** The congestion window. */
  protected int cwnd = 10 * smss;

  /** The slow start threshold. */
  protected int ssthresh = Integer.MAX_VALUE;

  /** "L" of RFC 3465, in segments; without a limit as on Linux, also after a timeout. */
  private int byteCounting = Integer.MAX_VALUE;

  /** Whether slow start is one that a timeout has begun. */
  private boolean afterTimeout;

  /** What rests with the connection; an algorithm adds its own. */
  void carry(StateCarrier c) {
    smss = c.carry(smss);
    cwnd = c.carry(cwnd);
    ssthresh = c.carry(ssthresh);
    byteCounting = c.carry(byteCounting);
    afterTimeout = c.carry(afterTimeout);
  }

  /** The name by which TCP_CONGESTION knows the algorithm. */
  abstract String name();

  /** The congestion window: cwnd. */
  final int window() {
    return cwnd;
  }

  /** The slow start threshold: ssthresh. */
  final int slowStartThreshold() {
    return ssthresh;
  }

  /** Whether the window grows by slow start. */
  final boolean isSlowStart() {
    return cwnd < ssthresh;
  }

  /** Sets the congestion window; it is never less than a segment. */
  final void setWindow(long bytes) {
    cwnd = Math.clamp(bytes, smss, MAX_WINDOW);
  }

  /**
   * The window is about to shrink without congestion: "ssthresh = max(ssthresh, 3*cwnd/4)" (RFC
   * 2861 section 3.1), so that slow start takes it back soon.
   */
  final void rememberWindow() {
    if (!isSlowStart()) {
      ssthresh = Math.max(ssthresh, (int) (3L * cwnd / 4));
    }
  }

  /** How many segments one acknowledgment may let slow start grow; after a timeout, it is one. */
  final void limitByteCounting(int segments) {
    byteCounting = segments;
  }

  /** Goes back to what was before a loss that was none. */
  void restore(int window, int threshold) {
    cwnd = Math.max(cwnd, window);
    ssthresh = threshold;
  }

  /** The sender's maximum segment size is known, or larger: as many bytes as before may go. */
  final void setMss(int mss) {
    smss = mss;
  }

  /** The same, but as many segments as before may go: Linux counts the window in segments. */
  final void scaleTo(int mss) {
    setWindow((long) cwnd * mss / smss);
    if (ssthresh != Integer.MAX_VALUE) {
      ssthresh = (int) Math.min((long) ssthresh * mss / smss, Integer.MAX_VALUE - 1);
    }
    smss = mss;
  }

  /** Takes over where another algorithm has left off. */
  final void takeOver(CongestionControl other) {
    smss = other.smss;
    cwnd = other.cwnd;
    ssthresh = other.ssthresh;
    byteCounting = other.byteCounting;
    afterTimeout = other.afterTimeout;
  }

  /**
   * New data was acknowledged while nothing was lost.
   *
   * @param bytes how many
   * @param rtt the round trip that this acknowledgment measured, or -1
   * @param srtt the smoothed round trip, or 0
   */
  abstract void onAcknowledged(int bytes, long rtt, long srtt, long now);

  /** A round trip begins: what was sent until now is acknowledged. */
  void onRound() {}

  /**
   * A loss, or an echoed congestion mark: sets the threshold to which the window is to be reduced.
   */
  abstract void onCongestion(int flightSize, long now);

  /** The retransmission timer expired; the threshold was set before if it is the first time. */
  void onTimeout(long now) {
    afterTimeout = true;
  }

  /** A whole interval has passed in which the sender was idle: the epoch does not count it. */
  void onIdle(long idle) {}

  /**
   * Slow start by appropriate byte counting (RFC 3465 section 2.2): "a TCP sender SHOULD increase
   * cwnd by the number of previously unacknowledged bytes ACKed by each incoming acknowledgment,
   * provided the increase is not more than L bytes". Section 3.2: after a timeout "L MUST NOT be >
   * 1*SMSS bytes".
   *
   * @return how much of what was acknowledged is left for congestion avoidance
   */
  protected final int slowStart(int bytes) {
    int limit = afterTimeout ? 1 : byteCounting;
    int used = byteCounting == Integer.MAX_VALUE ? bytes : Math.min(bytes, limit * smss);
    int room = ssthresh - cwnd;
    int growth = Math.min(used, room);
    setWindow((long) cwnd + growth);
    afterTimeout &= growth < room;
    return growth == room ? used - growth : 0;
  }
}

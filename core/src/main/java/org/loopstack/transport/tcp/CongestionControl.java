// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * How much a connection may have in flight: the algorithm that answers acknowledgments and losses
 * with a window. All amounts are in bytes.
 */
interface CongestionControl {
  /** The name by which TCP_CONGESTION knows the algorithm. */
  String name();

  /** The congestion window: cwnd. */
  int window();

  /** The slow start threshold: ssthresh. */
  int slowStartThreshold();

  /** The sender's maximum segment size is known, or has changed. */
  void setMss(int smss, int initialSegments);

  /** New data was acknowledged, outside a recovery. */
  void onAcknowledged(int bytes, long now);

  /** Three duplicate acknowledgments: a recovery begins. */
  void onLoss(int flightSize, long now);

  /** One more duplicate acknowledgment during a recovery: a segment has left the network. */
  void onDuplicate();

  /** A part of what a recovery waits for was acknowledged. */
  void onPartialAcknowledgment(int bytes);

  /** All that a recovery waited for was acknowledged. */
  void onRecovered(int flightSize);

  /**
   * The retransmission timer expired; first says whether the segment is sent again for the first
   * time.
   */
  void onTimeout(int flightSize, boolean first, long now);

  /** Data is sent after a silence of at least one retransmission timeout. */
  void onIdleRestart(int initialSegments);
}

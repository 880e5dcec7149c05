// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * How much may be sent on each acknowledgment of a recovery, so that the window is down at the
 * threshold when it ends (RFC 9937). Names are the RFC's.
 */
final class ProportionalRateReduction {
  /** Data in flight when the recovery began. */
  private long recoverFs;

  private long prrDelivered;
  private long prrOut;

  void start(int flightSize) {
    recoverFs = Math.max(1, flightSize);
    prrDelivered = 0;
    prrOut = 0;
  }

  /** Something was sent during the recovery. */
  void sent(int bytes) {
    prrOut += bytes;
  }

  /**
   * The congestion window after an acknowledgment.
   *
   * @param deliveredData bytes it has newly told to have arrived
   * @param safeAck whether SND.UNA has moved and nothing new was lost
   * @param inflight what is under way
   */
  long window(int deliveredData, boolean safeAck, int inflight, int ssthresh, int smss) {
    prrDelivered += deliveredData;
    long sendCount;
    if (inflight > ssthresh) {
      // "Proportional Rate Reduction": so much out for so much delivered, as Linux in whole
      // segments.
      long share = (prrDelivered * ssthresh + recoverFs - 1) / recoverFs;
      sendCount = (share + smss - 1) / smss * smss - prrOut;
    } else {
      // "PRR-CRB by default", "PRR-SSRB when recovery is in good progress".
      sendCount = Math.max(prrDelivered - prrOut, deliveredData);
      if (safeAck) {
        sendCount += smss;
      }
      sendCount = Math.min(ssthresh - inflight, sendCount);
    }
    if (prrOut == 0 && sendCount < smss) {
      // "Force a fast retransmit upon entering recovery": counted in bytes, a part of a segment
      // would let nothing go, and there may be no further duplicate to complete it.
      sendCount = smss;
    }
    return inflight + Math.max(sendCount, 0);
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    recoverFs = c.carry(recoverFs);
    prrDelivered = c.carry(prrDelivered);
    prrOut = c.carry(prrOut);
  }
}

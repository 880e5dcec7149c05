// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/**
 * Fast retransmit and fast recovery: duplicate acknowledgments tell of a loss before the timer does
 * (RFC 5681 section 3.2, RFC 6582).
 */
final class LossDetection {
  /** RFC 5681 section 3.2: "uses the arrival of 3 duplicate ACKs". */
  private static final int DUPLICATES = 3;

  private final TransmissionControlBlock tcb;
  private final CongestionControl congestion;
  private int duplicates;
  private boolean recovering;

  /** "recover" of RFC 6582: what was sent when the last loss was noticed. */
  private int recover;

  LossDetection(TransmissionControlBlock tcb, CongestionControl congestion) {
    this.tcb = tcb;
    this.congestion = congestion;
  }

  void start() {
    recover = tcb.iss;
  }

  boolean isRecovering() {
    return recovering;
  }

  /**
   * A duplicate acknowledgment.
   *
   * @return whether the first unacknowledged segment is to be sent again
   */
  boolean onDuplicate(long now) {
    if (recovering) {
      congestion.onDuplicate();
      return false;
    }
    duplicates++;
    if (duplicates != DUPLICATES) {
      return false;
    }
    // RFC 6582 section 3.2 step 2: only "if the Cumulative Acknowledgment field covers more than
    // recover"; else these duplicates were caused by what the timer sent again.
    if (SequenceNumber.lt(tcb.sndUna, recover)) {
      return false;
    }
    recovering = true;
    recover = tcb.sndNxt;
    congestion.onLoss(SequenceNumber.diff(tcb.sndNxt, tcb.sndUna), now);
    return true;
  }

  /**
   * New data was acknowledged; SND.UNA has moved.
   *
   * @param bytes how many
   * @return whether the first unacknowledged segment is to be sent again: a partial acknowledgment
   */
  boolean onAcknowledged(int bytes, long now) {
    duplicates = 0;
    if (!recovering) {
      congestion.onAcknowledged(bytes, now);
      return false;
    }
    if (SequenceNumber.ge(tcb.sndUna, recover)) {
      recovering = false;
      congestion.onRecovered(SequenceNumber.diff(tcb.sndNxt, tcb.sndUna));
      return false;
    }
    congestion.onPartialAcknowledgment(bytes);
    return true;
  }

  /** The retransmission timer expired: RFC 6582 section 3.2 step 4. */
  void onTimeout() {
    recovering = false;
    duplicates = 0;
    recover = tcb.sndNxt;
  }
}

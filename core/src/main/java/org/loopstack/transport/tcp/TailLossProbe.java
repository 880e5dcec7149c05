// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/**
 * The tail loss probe (RFC 8985 section 7): when the end of a flight is lost there is nothing
 * behind it that could be acknowledged, so that after two round trips something is sent to provoke
 * it.
 */
final class TailLossProbe {
  /** "The actual value of TLP.max_ack_delay is implementation specific"; Linux: its least RTO. */
  private static final long MAX_ACK_DELAY = 200_000_000L;

  /** Two ticks of Linux's clock: what a host needs to answer, however near it is. */
  private static final long GRANULARITY = 2_000_000L;

  private boolean outstanding;
  private int endSeq;
  private boolean isRetransmission;

  boolean isOutstanding() {
    return outstanding;
  }

  /** Section 7.2: after how long a probe is due; oneSegment: the receiver may delay its answer. */
  static long timeout(RttEstimator rtt, boolean oneSegment, long initialRto) {
    if (rtt.srtt() == 0) {
      return initialRto;
    }
    return 2 * rtt.srtt() + (oneSegment ? MAX_ACK_DELAY : GRANULARITY);
  }

  /** A probe was sent. */
  void sent(int sndNxt, boolean retransmission) {
    outstanding = true;
    endSeq = sndNxt;
    isRetransmission = retransmission;
  }

  /**
   * Section 7.4: what an acknowledgment says of the probe.
   *
   * @return whether the probe has repaired a loss that nothing else will tell of
   */
  boolean acknowledged(Acknowledgment news, int ack) {
    if (!outstanding || SequenceNumber.lt(ack, endSeq)) {
      return false;
    }
    if (!isRetransmission || news.duplicateArrived) {
      // Both the original and the probe have arrived, or the probe was new data.
      outstanding = false;
      return false;
    }
    if (SequenceNumber.gt(ack, endSeq)) {
      // Nothing has said that the original had arrived, too.
      outstanding = false;
      return true;
    }
    return false;
  }

  /** The acknowledgment up to the probe has come again: the original and the probe have arrived. */
  void repeated(int ack) {
    if (outstanding && isRetransmission && SequenceNumber.ge(ack, endSeq)) {
      outstanding = false;
    }
  }

  void cancel() {
    outstanding = false;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    outstanding = c.carry(outstanding);
    endSeq = c.carrySent(endSeq);
    isRetransmission = c.carry(isRetransmission);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpOptions;

/**
 * Reads the SACK option of arriving acknowledgments (RFC 2018, RFC 2883) and writes what it says
 * into the {@link RetransmissionQueue}.
 */
final class SackScoreboard {
  private final TransmissionControlBlock tcb;
  private final RetransmissionQueue queue;
  private final Rack rack;

  SackScoreboard(TransmissionControlBlock tcb, RetransmissionQueue queue, Rack rack) {
    this.tcb = tcb;
    this.queue = queue;
    this.rack = rack;
  }

  /** Takes in the blocks of an acknowledgment, before SND.UNA moves. */
  void apply(Segment segment, Acknowledgment news, int recover, long now) {
    TcpOptions options = segment.options();
    int count = options.sackBlockCount();
    if (count == 0) {
      return;
    }
    int from = isDuplicateReport(options, segment.ack) ? 1 : 0;
    news.duplicateArrived = from == 1;
    for (int i = from; i < count; i++) {
      int left = options.sackLeft(i);
      int right = options.sackRight(i);
      // A block outside of what is outstanding is old or forged, and says nothing.
      if (SequenceNumber.lt(left, right)
          && SequenceNumber.ge(left, tcb.sndUna)
          && SequenceNumber.le(right, tcb.sndNxt)) {
        mark(left, right, news, recover, now);
      }
    }
  }

  /**
   * RFC 2883 section 4: the first block reports a duplicate if it lies below the cumulative
   * acknowledgment, or within the second block.
   */
  private boolean isDuplicateReport(TcpOptions options, int ack) {
    int left = options.sackLeft(0);
    int right = options.sackRight(0);
    if (!SequenceNumber.lt(left, right)) {
      return false;
    }
    if (SequenceNumber.lt(left, ack)) {
      // Older than anything that may still be on its way says nothing about this window.
      return SequenceNumber.le(right, ack)
          && SequenceNumber.ge(left, SequenceNumber.add(tcb.sndUna, -Math.max(tcb.maxSndWnd, 1)));
    }
    return options.sackBlockCount() > 1
        && SequenceNumber.ge(left, options.sackLeft(1))
        && SequenceNumber.le(right, options.sackRight(1));
  }

  private void mark(int left, int right, Acknowledgment news, int recover, long now) {
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      if (SequenceNumber.ge(s.seq, right)) {
        return;
      }
      if (s.sacked || SequenceNumber.le(s.end, left)) {
        continue;
      }
      if (SequenceNumber.lt(s.seq, left)) {
        // The receiver has the later part only: that becomes a segment of its own.
        queue.split(s, left);
        continue;
      }
      if (SequenceNumber.gt(s.end, right)) {
        queue.split(s, right);
      }
      news.arrived(s, recover);
      news.newlySacked = true;
      rack.arrived(s, news, now);
      queue.markSacked(s);
    }
  }
}

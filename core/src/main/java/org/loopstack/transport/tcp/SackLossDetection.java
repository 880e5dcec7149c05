// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;

/**
 * What is lost by the rules of RFC 6675, for profiles without RACK: a segment is, once enough that
 * lies above it has arrived.
 */
final class SackLossDetection {
  /** "DupThresh". */
  private static final int DUP_THRESH = 3;

  private SackLossDetection() {}

  /**
   * RFC 6675 section 4, IsLost: "The routine returns true when either DupThresh discontiguous
   * SACKed sequences have arrived above 'SeqNum' or more than (DupThresh - 1) * SMSS bytes with
   * sequence numbers greater than 'SeqNum' have been SACKed." What was sent again is not lost a
   * second time: only a timeout tells that.
   */
  static void detect(RetransmissionQueue queue, int smss) {
    int above = queue.sacked();
    int runs = runs(queue);
    boolean inRun = false;
    for (SentSegment s = queue.first(); s != null && above > 0; s = s.next) {
      if (s.sacked) {
        above -= s.length();
        runs -= inRun ? 0 : 1;
        inRun = true;
        continue;
      }
      inRun = false;
      boolean lost = runs >= DUP_THRESH || above > (DUP_THRESH - 1) * smss;
      if (lost && !s.lost && !s.retransmitted) {
        queue.markLost(s);
      } else if (lost) {
        queue.countOnce(s);
      }
    }
  }

  /**
   * NextSeg's rule (3): "there exists an unSACKed sequence number 'S3' that meets the criteria for
   * retransmission given in steps 1.a and 1.b above (specifically excluding step 1.c)": beyond what
   * was sent again, below what has arrived, and not known to be lost.
   *
   * @return null if there is none
   */
  static @Nullable SentSegment doubtful(RetransmissionQueue queue) {
    int above = queue.sacked();
    for (SentSegment s = queue.first(); s != null && above > 0; s = s.next) {
      if (s.sacked) {
        above -= s.length();
      } else if (!s.retransmitted) {
        return s;
      }
    }
    return null;
  }

  /**
   * Rule (4): the segment with "the highest outstanding unSACKed sequence number", for the one
   * "rescue" of a recovery. One that was sent again already needs no rescue.
   *
   * @return null if there is none
   */
  static @Nullable SentSegment tail(RetransmissionQueue queue) {
    SentSegment tail = null;
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      tail = s.sacked ? tail : s;
    }
    return tail == null || tail.retransmitted ? null : tail;
  }

  private static int runs(RetransmissionQueue queue) {
    int count = 0;
    boolean inRun = false;
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      count += s.sacked && !inRun ? 1 : 0;
      inRun = s.sacked;
    }
    return count;
  }
}

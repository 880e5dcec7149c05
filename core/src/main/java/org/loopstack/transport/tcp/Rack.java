// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.wire.SequenceNumber;

/**
 * RACK: what was sent before something that has arrived, by more than the reordering that the path
 * may do, is lost (RFC 8985 section 6). The names are the RFC's.
 */
final class Rack {
  /** "DupThresh": without known reordering, so many sacked segments make a loss at once. */
  static final int DUP_THRESH = 3;

  /** As Linux's tcp_max_reordering. */
  private static final int MAX_REORDERING = 300;

  /** For how many recoveries a wider reordering window is kept. */
  private static final int PERSIST = 16;

  private final TransmissionControlBlock tcb;
  private final RetransmissionQueue queue;
  private final RttEstimator estimator;

  /** "RACK.xmit_ts": when the most recently sent of the segments that have arrived was sent. */
  private long xmitTs = -1;

  /** Which of all that was sent that was. */
  private int xmitTurn;

  /** "RACK.end_seq". */
  private int endSeq;

  /** "RACK.rtt". */
  private long rtt;

  /** "RACK.fack": the highest number that has arrived. */
  private int fack;

  /** What that was before the acknowledgment that is being taken in. */
  private int priorFack;

  private boolean reorderingSeen;
  private int reorderings;

  /** By how many segments the path was seen to change their order, at most. */
  private int reordering = DUP_THRESH;

  /** The lowest number that came late by the present acknowledgment; the highest one if none. */
  private int lowestLate;

  private int reoWndMult = 1;
  private int reoWndPersist = PERSIST;
  private int dsackRound;
  private boolean dsackRoundOpen;
  private boolean advanced;

  Rack(TransmissionControlBlock tcb, RetransmissionQueue queue, RttEstimator estimator) {
    this.tcb = tcb;
    this.queue = queue;
    this.estimator = estimator;
  }

  void start() {
    fack = tcb.sndUna;
    priorFack = fack;
    dsackRound = tcb.sndUna;
  }

  /** How often. */
  int reorderings() {
    return reorderings;
  }

  /** By how many segments: TCP_INFO's tcpi_reordering. */
  int reordering() {
    return reordering;
  }

  /** An acknowledgment arrives: what it tells came in no order of its own. */
  void acknowledgmentArrives() {
    priorFack = fack;
    lowestLate = fack;
  }

  /** All that the acknowledgment tells is taken in: how far out of order did something come? */
  void acknowledgmentEnds() {
    if (lowestLate == priorFack) {
      return;
    }
    // Linux's tcp_check_sack_reordering: counted once an acknowledgment, from the lowest to the
    // highest that has arrived.
    int distance = SequenceNumber.diff(fack, lowestLate);
    int segments = (distance + tcb.sndMss - 1) / tcb.sndMss;
    reordering = Math.clamp(segments, reordering, MAX_REORDERING);
    reorderings++;
  }

  /** Steps 2 and 3: a segment has arrived. */
  void arrived(SentSegment segment, Acknowledgment news, long now) {
    long measured = now - segment.sentAt;
    if (segment.retransmitted) {
      // Section 6.2, step 2: the acknowledgment may be for the original; believed only if neither
      // the echoed timestamp nor the shortest round trip speak against it.
      if (news.hasEcho && SequenceNumber.lt(news.echo, timestampOf(segment))) {
        return;
      }
      if (measured < estimator.minRtt()) {
        return;
      }
    }
    if (SequenceNumber.gt(segment.end, fack)) {
      fack = segment.end;
    }
    if (SequenceNumber.lt(segment.end, priorFack) && !segment.retransmitted) {
      reorderingSeen = true;
      lowestLate = SequenceNumber.min(lowestLate, segment.seq);
    }
    // "RACK.rtt = rtt", whether or not the segment is the latest; as Linux in the order of numbers.
    rtt = measured;
    if (xmitTs < 0 || sentAfter(segment.turn, segment.end, xmitTurn, endSeq)) {
      xmitTs = segment.sentAt;
      xmitTurn = segment.turn;
      endSeq = segment.end;
      advanced = true;
    }
  }

  private int timestampOf(SentSegment segment) {
    return (int) (segment.sentAt / 1_000_000) + tcb.tsOffset;
  }

  /**
   * "RACK_sent_after": by "t1 > t2" alone, or else by their numbers, a segment sent again at the
   * time of a new one would count as sent before it, and as lost when that arrives; segments of one
   * acknowledgment, or of several that are taken in at once, have one time.
   */
  private static boolean sentAfter(int turn1, int seq1, int turn2, int seq2) {
    int later = turn1 - turn2;
    return later > 0 || (later == 0 && SequenceNumber.gt(seq1, seq2));
  }

  /** Step 4: a D-SACK widens the reordering window, once a round trip. */
  void duplicateReported() {
    if (!dsackRoundOpen || SequenceNumber.ge(tcb.sndUna, dsackRound)) {
      dsackRoundOpen = true;
      dsackRound = tcb.sndNxt;
      reoWndMult++;
      reoWndPersist = PERSIST;
    }
  }

  /** A recovery has ended. */
  void recovered() {
    if (--reoWndPersist <= 0) {
      reoWndPersist = PERSIST;
      reoWndMult = 1;
    }
  }

  private long reorderingWindow(boolean recovering) {
    if (!reorderingSeen && (recovering || queue.sackedSegments() >= reordering)) {
      return 0;
    }
    long min = estimator.minRtt() == Long.MAX_VALUE ? 0 : estimator.minRtt();
    return Math.min(reoWndMult * (min / 4), Math.max(estimator.srtt(), min));
  }

  /** Whether something has arrived that was sent later than all that had arrived before. */
  boolean takeAdvance() {
    boolean was = advanced;
    advanced = false;
    return was;
  }

  /**
   * Step 5: marks what is lost.
   *
   * @param recovering whether a loss is known already
   * @return when to look again for what is not lost yet, or {@link Clock#NEVER}
   */
  long detectLoss(boolean recovering, long now) {
    if (xmitTs < 0) {
      return Clock.NEVER;
    }
    long window = reorderingWindow(recovering);
    long again = Clock.NEVER;
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      if (s.sacked || (s.lost && !s.underWayAgain)) {
        continue;
      }
      if (!sentAfter(xmitTurn, endSeq, s.turn, s.end)) {
        continue;
      }
      long deadline = s.sentAt + rtt + window;
      if (deadline <= now) {
        queue.markLost(s);
      } else {
        // "timeout = max(remaining, timeout)": one look when all that may be lost is due.
        again = again == Clock.NEVER ? deadline : Math.max(again, deadline);
      }
    }
    return again;
  }

  /** Section 6.3: a timeout loses the first segment, and those whose time has passed too. */
  void markLostOnTimeout(long now) {
    long window = reorderingWindow(true);
    @Nullable SentSegment head = queue.first();
    for (SentSegment s = head; s != null; s = s.next) {
      if (s == head || s.sentAt + rtt + window <= now) {
        queue.markLost(s);
      }
    }
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    xmitTs = c.carryTime(xmitTs);
    xmitTurn = c.carry(xmitTurn);
    endSeq = c.carrySent(endSeq);
    rtt = c.carry(rtt);
    fack = c.carrySent(fack);
    priorFack = c.carrySent(priorFack);
    reorderingSeen = c.carry(reorderingSeen);
    reorderings = c.carry(reorderings);
    reordering = c.carry(reordering);
    lowestLate = c.carrySent(lowestLate);
    reoWndMult = c.carry(reoWndMult);
    reoWndPersist = c.carry(reoWndPersist);
    dsackRound = c.carrySent(dsackRound);
    dsackRoundOpen = c.carry(dsackRoundOpen);
    advanced = c.carry(advanced);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.SequenceNumber;

/**
 * What was sent and is not cumulatively acknowledged, segment by segment: the scoreboard of RFC
 * 6675. It counts what the receiver has, what is lost and what was sent again, so that "pipe", the
 * estimate of what is under way, costs nothing.
 */
final class RetransmissionQueue {
  private @Nullable SentSegment first;
  private @Nullable SentSegment last;
  private int total;
  private int sacked;
  private int sackedSegments;
  private int lost;
  private int again;
  private int twice;

  /** How many were found to be lost again and nobody was told yet. */
  private int lostAgain;

  /** How many segments were sent, those that were sent again included. */
  private int turns;

  /** The first segment, or null if nothing is outstanding. */
  @Nullable SentSegment first() {
    return first;
  }

  /** The last segment, or null. */
  @Nullable SentSegment last() {
    return last;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Sequence space outstanding. */
  int total() {
    return total;
  }

  /** Of that, what the receiver has reported to have. */
  int sacked() {
    return sacked;
  }

  /** How many segments the receiver has reported to have. */
  int sackedSegments() {
    return sackedSegments;
  }

  /** Of the total, what is thought to be lost. */
  int lost() {
    return lost;
  }

  /** What was sent again and is thought to be under way. */
  int underWayAgain() {
    return again;
  }

  /** RFC 6675 section 4: "pipe", an estimate of what is in the network. */
  int pipe() {
    return total - sacked - lost + again + twice;
  }

  /** How many segments are outstanding. */
  int segments() {
    int count = 0;
    for (SentSegment s = first; s != null; s = s.next) {
      count++;
    }
    return count;
  }

  /** A new segment was sent. */
  void append(SentSegment segment) {
    if (last == null) {
      first = segment;
    } else {
      last.next = segment;
    }
    last = segment;
    segment.turn = ++turns;
    total += segment.length();
  }

  /** A segment was sent again. */
  void sentAgain(SentSegment segment, long now) {
    segment.sentAt = now;
    segment.turn = ++turns;
    segment.retransmitted = true;
    if (segment.lost && !segment.underWayAgain) {
      segment.underWayAgain = true;
      again += segment.length();
    }
  }

  /**
   * A segment that is not known to be lost was sent again: RFC 6675's SetPipe counts it both as not
   * lost (a) and as sent again (b).
   */
  void countTwice(SentSegment segment) {
    if (!segment.lost && !segment.twice) {
      segment.twice = true;
      twice += segment.length();
    }
  }

  /** What was counted twice has proved to be lost: what was sent again is under way. */
  void countOnce(SentSegment segment) {
    if (segment.twice) {
      markLost(segment);
      segment.underWayAgain = true;
      again += segment.length();
    }
  }

  private void forgetTwice(SentSegment segment) {
    if (segment.twice) {
      segment.twice = false;
      twice -= segment.length();
    }
  }

  /** A segment is thought to be lost, perhaps for the second time. */
  void markLost(SentSegment segment) {
    if (segment.sacked) {
      return;
    }
    forgetTwice(segment);
    if (!segment.lost) {
      segment.lost = true;
      lost += segment.length();
    }
    if (segment.underWayAgain) {
      lostAgain++;
      segment.underWayAgain = false;
      again -= segment.length();
    }
  }

  /** Tells how many that had been sent again were found to be lost again since the last call. */
  void countLostAgain(TcpStatistics statistics) {
    if (lostAgain != 0) {
      statistics.add(TcpCounter.LOST_RETRANSMIT, lostAgain);
      lostAgain = 0;
    }
  }

  /** The receiver has a segment. */
  void markSacked(SentSegment segment) {
    if (segment.sacked) {
      return;
    }
    clearLoss(segment);
    segment.sacked = true;
    sacked += segment.length();
    sackedSegments++;
  }

  private void clearLoss(SentSegment segment) {
    forgetTwice(segment);
    if (segment.lost) {
      segment.lost = false;
      lost -= segment.length();
    }
    if (segment.underWayAgain) {
      segment.underWayAgain = false;
      again -= segment.length();
    }
  }

  /** The losses were none: what was thought lost is under way after all. */
  void forgetLosses() {
    for (SentSegment s = first; s != null; s = s.next) {
      clearLoss(s);
    }
  }

  /** The receiver has taken back what it reported (RFC 2018 section 8). */
  void forgetSacks() {
    for (SentSegment s = first; s != null; s = s.next) {
      s.sacked = false;
    }
    sacked = 0;
    sackedSegments = 0;
  }

  /**
   * Takes the first segment off if the number lies behind it, or the part of it before the number.
   *
   * @return what was taken off, or null if nothing is left before the number
   */
  @Nullable SentSegment acknowledge(int ack) {
    SentSegment head = first;
    if (head == null || SequenceNumber.le(ack, head.seq)) {
      return null;
    }
    if (SequenceNumber.lt(ack, head.end)) {
      split(head, ack);
    }
    first = head.next;
    if (first == null) {
      last = null;
    }
    total -= head.length();
    forgetTwice(head);
    if (head.sacked) {
      sacked -= head.length();
      sackedSegments--;
    }
    if (head.lost) {
      lost -= head.length();
    }
    if (head.underWayAgain) {
      again -= head.length();
    }
    return head;
  }

  /** Cuts a segment in two at a number inside it; both parts share its fate so far. */
  void split(SentSegment segment, int at) {
    SentSegment rest = new SentSegment(at, segment.end, segment.fin, segment.sentAt);
    rest.turn = segment.turn;
    rest.push = segment.push;
    segment.push = false;
    rest.sacked = segment.sacked;
    rest.lost = segment.lost;
    rest.retransmitted = segment.retransmitted;
    rest.underWayAgain = segment.underWayAgain;
    rest.twice = segment.twice;
    rest.next = segment.next;
    segment.end = at;
    segment.fin = false;
    segment.next = rest;
    if (last == segment) {
      last = rest;
    }
    if (segment.sacked) {
      sackedSegments++;
    }
  }

  /** The first segment that is lost and was not sent again since, or null. */
  @Nullable SentSegment firstToSendAgain() {
    if (lost == again) {
      return null;
    }
    for (SentSegment s = first; s != null; s = s.next) {
      if (s.isToBeSentAgain()) {
        return s;
      }
    }
    return null;
  }

  void clear() {
    first = null;
    last = null;
    total = 0;
    sacked = 0;
    sackedSegments = 0;
    lost = 0;
    again = 0;
    twice = 0;
  }

  /** What rests with the connection, which has nothing in it then. */
  void carry(StateCarrier c) {
    total = c.carry(total);
    sacked = c.carry(sacked);
    sackedSegments = c.carry(sackedSegments);
    lost = c.carry(lost);
    again = c.carry(again);
    twice = c.carry(twice);
    lostAgain = c.carry(lostAgain);
    turns = c.carry(turns);
  }
}

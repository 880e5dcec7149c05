// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.SequenceNumber;

/** A run of sequence numbers that was sent in one segment, and what has become of it. */
final class SentSegment {
  /** The first number; moves when a part is acknowledged. */
  int seq;

  /** The number behind the last one, the FIN included. */
  int end;

  /** When it was sent last. */
  long sentAt;

  /** Which of all that was sent that was: time alone does not tell what was sent at once. */
  int turn;

  /** Whether the last number is that of the FIN. */
  boolean fin;

  /** Whether it ends what the user had given: it carries PSH, as often as it is sent. */
  boolean push;

  /** Whether the receiver has it, ahead of a gap (RFC 2018). */
  boolean sacked;

  /** Whether it is thought to have been lost; stays until it is acknowledged. */
  boolean lost;

  /** Whether it was ever sent again: no round trip is measured on it then (Karn). */
  boolean retransmitted;

  /** Whether what was sent again is under way: sent again since it was thought lost. */
  boolean underWayAgain;

  /** Whether it was sent again without being known to be lost (RFC 6675's last resort). */
  boolean twice;

  @Nullable SentSegment next;

  SentSegment(int seq, int end, boolean fin, long sentAt) {
    this.seq = seq;
    this.end = end;
    this.fin = fin;
    this.sentAt = sentAt;
  }

  /** How much sequence space it takes. */
  int length() {
    return SequenceNumber.diff(end, seq);
  }

  /** How many bytes of data. */
  int dataLength() {
    return length() - (fin ? 1 : 0);
  }

  /** Whether it is lost and nothing has been done about it. */
  boolean isToBeSentAgain() {
    return lost && !underWayAgain && !sacked;
  }
}

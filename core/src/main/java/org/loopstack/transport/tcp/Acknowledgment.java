// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/**
 * What one arriving acknowledgment has told: collected while it is taken in, read by loss recovery
 * and congestion control. Reused from one to the next.
 */
final class Acknowledgment {
  /** Whether SND.UNA has moved. */
  boolean advanced;

  /** By how many bytes. */
  int acknowledged;

  /** How many bytes are newly known to have arrived: acknowledged or sacked, each counted once. */
  int delivered;

  /** In how many segments. */
  int segments;

  /** Whether a block has reported something new. */
  boolean newlySacked;

  /**
   * Whether a segment has arrived that was never sent again, and lies before the recovery point.
   */
  boolean originalArrived;

  /** Whether a D-SACK block says that something arrived twice (RFC 2883). */
  boolean duplicateArrived;

  /** Whether it echoes a congestion mark (RFC 3168). */
  boolean marked;

  /** Whether the window was reduced for that. */
  boolean reduced;

  /** What was in flight before it came. */
  int flight;

  /** Whether it is a duplicate by RFC 5681 section 2. */
  boolean duplicate;

  /** When the earliest newly arrived segment that was sent once was sent, or -1. */
  long firstSentAt;

  /** When the latest newly arrived segment that was sent once was sent, or -1. */
  long lastSentAt;

  /** TSecr, if {@link #hasEcho}. */
  int echo;

  /** Whether it carries an echoed timestamp. */
  boolean hasEcho;

  void reset(Segment segment) {
    advanced = false;
    acknowledged = 0;
    delivered = 0;
    segments = 0;
    newlySacked = false;
    originalArrived = false;
    duplicateArrived = false;
    duplicate = false;
    marked = false;
    reduced = false;
    firstSentAt = -1;
    lastSentAt = -1;
    echo = segment.timestampEcho;
    hasEcho = segment.hasTimestamps && segment.timestampEcho != 0;
  }

  /** A segment is newly known to have arrived. */
  void arrived(SentSegment segment, int recover) {
    delivered += segment.length();
    segments++;
    if (segment.retransmitted) {
      return;
    }
    originalArrived |= SequenceNumber.le(segment.end, recover);
    if (firstSentAt < 0) {
      firstSentAt = segment.sentAt;
    }
    lastSentAt = Math.max(lastSentAt, segment.sentAt);
  }
}

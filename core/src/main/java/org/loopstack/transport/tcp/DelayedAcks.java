// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * How long the acknowledgment of data waits for data of ours to go with (RFC 9293 section 3.8.6.3).
 *
 * <p>As Linux does it: the first segments of a connection, or after a silence, a duplicate or a
 * congestion mark, are acknowledged at once, because a sender in slow start lives on
 * acknowledgments. Once the user answers what arrives, the answers carry them: the two talk in
 * turns. In between, the wait follows the distance at which segments come. FreeBSD waits always the
 * same, and for one segment at most.
 */
final class DelayedAcks {
  private final TransmissionControlBlock tcb;
  private final RttEstimator rtt;
  private final int most;
  private final long least;
  private final long longest;
  private final boolean bySegments;

  /** How many acknowledgments still go at once. */
  private int quick;

  /** Whether the user answers what arrives. */
  private boolean turns;

  /** How long an acknowledgment waits; 0 before the first data. */
  private long wait;

  /** When data of the peer's last came. */
  private long lastDataAt = Long.MIN_VALUE / 2;

  /** The size of the peer's segments, as far as we have seen: what "full-sized" means to us. */
  private int peerSegment = 536;

  /** The size of the last segment that was smaller. */
  private int lastSmall;

  /** Small segments, or ends of what the peer has written, since the last acknowledgment. */
  private int pushed;

  DelayedAcks(
      TcpConfiguration configuration,
      TransmissionControlBlock tcb,
      RttEstimator rtt,
      boolean delaying) {
    this.tcb = tcb;
    this.rtt = rtt;
    most = configuration.quickAcks();
    least = configuration.delayedAck();
    longest = Math.max(least, configuration.maxDelayedAck());
    bySegments = configuration.ackEverySecondSegment();
    turns = delaying;
  }

  // ---- what happens ----

  /**
   * Data has come.
   *
   * @param pushes whether the peer has marked it as the end of what it wrote
   */
  void onData(int length, boolean pushes, long now) {
    measureSegment(length, pushes);
    long distance = now - lastDataAt;
    lastDataAt = now;
    if (wait == 0) {
      wait = least;
      enterQuick(most, false);
    } else if (distance <= least / 2) {
      wait = wait / 2 + least / 2;
    } else if (distance < wait) {
      wait = Math.min(wait / 2 + distance, rtt.timeout());
    } else if (distance > rtt.timeout()) {
      // The peer begins again with a small window.
      enterQuick(most, false);
    }
  }

  /** As Linux guesses it: two segments of the same smaller size are full-sized, too. */
  private void measureSegment(int length, boolean pushes) {
    if (length >= peerSegment) {
      peerSegment = Math.min(length, tcb.rcvMss);
      lastSmall = 0;
      pushed += pushes ? 1 : 0;
      return;
    }
    if (length >= 536 || (length >= 88 && !pushes)) {
      if (length == lastSmall) {
        peerSegment = length;
        return;
      }
      lastSmall = length;
    }
    pushed++;
  }

  /** Something was amiss: the peer is to hear of what arrives at once. */
  void hurry() {
    hurry(most);
  }

  /** A congestion mark: the peer's window may be very small now. */
  void congestionMarked() {
    hurry(2);
  }

  private void hurry(int acknowledgments) {
    if (most > 0) {
      enterQuick(acknowledgments, true);
      wait = least;
    }
  }

  private void enterQuick(int limit, boolean leaveTurns) {
    int segments = tcb.rcvWnd() / (2 * peerSegment);
    quick = Math.max(quick, Math.min(segments == 0 ? 2 : segments, Math.min(limit, most)));
    turns &= !leaveTurns;
  }

  /**
   * The peer has ended its stream. As on Linux (tcp_fin) the user is likely to answer, with a FIN
   * if with nothing else: unless the stream was empty, the acknowledgment waits for that.
   *
   * @return whether it waits
   */
  boolean finArrives() {
    turns |= most > 0;
    return most > 0 && wait > 0;
  }

  /** Data of ours leaves: if it comes soon after the peer's, the two talk in turns. */
  void onDataSent(long now) {
    turns |= now - lastDataAt < wait;
  }

  /** An acknowledgment leaves, alone or with data. */
  void onAckSent(boolean ofData) {
    pushed = 0;
    if (ofData && quick > 0 && --quick == 0) {
      wait = least;
    }
  }

  /** No data of ours has come for the acknowledgment to go with. */
  void onTimeout() {
    if (turns) {
      turns = false;
      wait = least;
    } else {
      wait = Math.min(2 * wait, rtt.timeout());
    }
  }

  /** TCP_QUICKACK: whether we take it that the user answers. */
  void setTurns(boolean on) {
    turns = on;
  }

  // ---- what follows ----

  boolean inTurns() {
    return turns;
  }

  /** The size of the peer's segments, as far as seen. */
  int peerSegment() {
    return peerSegment;
  }

  /** What an acknowledgment waits at present: TCP_INFO's ato. */
  long interval() {
    return wait;
  }

  /**
   * Whether what has arrived is acknowledged now. "an ACK SHOULD be generated for at least every
   * second full-sized segment or 2*RMSS bytes of new data" (RFC 9293 section 3.8.6.3).
   *
   * @param unacknowledged bytes that have arrived since the last acknowledgment
   * @param waiting whether an acknowledgment waits already
   */
  boolean isDue(int unacknowledged, boolean waiting) {
    return unacknowledged > peerSegment || (quick > 0 && !turns) || (bySegments && waiting);
  }

  /**
   * Until when the acknowledgment waits; the time itself if that is not worth it.
   *
   * @param pending until when one waits already, or {@link Long#MAX_VALUE}
   */
  long deadline(long pending, long now) {
    long limit = longest;
    if (wait > least && rtt.srtt() > 0) {
      limit = Math.min(limit, Math.max(rtt.srtt(), least));
    }
    long interval = Math.min(Math.max(wait, least), limit);
    return pending <= now + interval / 4 ? now : Math.min(pending, now + interval);
  }

  /**
   * Whether the user's having read everything is the moment to acknowledge: something small was
   * among it, and no answer is likely.
   */
  boolean isDueWhenDrained() {
    return !bySegments && (pushed > 1 || (pushed == 1 && !turns));
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    quick = c.carry(quick);
    turns = c.carry(turns);
    wait = c.carry(wait);
    lastDataAt = c.carryTime(lastDataAt);
    peerSegment = c.carry(peerSegment);
    lastSmall = c.carry(lastSmall);
    pushed = c.carry(pushed);
  }
}

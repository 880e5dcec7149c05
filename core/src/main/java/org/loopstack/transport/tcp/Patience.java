// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * How long a connection goes on that makes no progress: R1 and R2 of RFC 9293 section 3.8.3 for
 * what is not acknowledged, and the same for a window that stays shut (section 3.8.6.1); the user's
 * timeout (RFC 5482), where there is one, takes the place of R2.
 */
final class Patience {
  private final TcpConnection connection;
  private final RttEstimator rtt;

  /** Since when what is outstanding, or waits for a window, has made no progress. */
  private long stalledSince;

  /** When what is outstanding was sent again for the first time in this series of timeouts. */
  private long retriedSince;

  private int timeouts;

  /** How many probes in a row have had no answer. */
  private int probes;

  /** How many probes have found the window shut, answered or not. */
  private int backOff;

  Patience(TcpConnection connection, RttEstimator rtt) {
    this.connection = connection;
    this.rtt = rtt;
  }

  /** How often the retransmission timer has expired since the last progress. */
  int timeouts() {
    return timeouts;
  }

  /** How many probes of a shut window wait for an answer. */
  int probes() {
    return probes;
  }

  /** Something new was acknowledged. */
  void progress() {
    timeouts = 0;
    probes = 0;
  }

  /** An acknowledgment in the acceptable range has come. */
  void windowAnswered(boolean shut) {
    probes = 0;
    if (shut) {
      // "As long as the receiving TCP peer continues to send acknowledgments in response to the
      // probe segments, the sending TCP peer MUST allow the connection to stay open" (MUST-37).
      timeouts = 0;
    }
  }

  /** The peer's window is not shut any more. */
  void windowOpened() {
    backOff = 0;
  }

  /**
   * The retransmission timer has expired.
   *
   * @param sentAt when the oldest segment was sent
   * @return whether that was R2, after which the connection is given up
   */
  boolean hasTimedOut(long sentAt, long now) {
    if (timeouts == 0) {
      stalledSince = sentAt;
      retriedSince = now;
    }
    long limit = connection.userTimeout.limit(rtt.timeout(0));
    return limit > 0
        ? now - stalledSince >= limit
        : connection.configuration.isTimedOut(retries(), timeouts, now - retriedSince);
  }

  /** Whether R1 has passed, from which on the path is in doubt. */
  boolean isDoubtful(long now) {
    int limit = connection.configuration.softRetries();
    return connection.configuration.isTimedOut(limit, timeouts, now - retriedSince);
  }

  /** What timed out is sent again. */
  void retry() {
    timeouts++;
  }

  /**
   * The persist timer has expired and the window is shut. A probe that is not answered counts like
   * a lost segment; any answer sets the count back. But for a connection that its user has closed,
   * a peer that keeps it open for ever without taking a byte is a leak: as on Linux the answers do
   * not count then.
   *
   * @return whether the connection is given up
   */
  boolean hasProbedInVain(long now) {
    if (probes == 0) {
      stalledSince = now;
    }
    long limit = connection.userTimeout.limit(rtt.timeout(0));
    int count = connection.isOrphan() ? backOff : probes;
    return limit > 0 ? now - stalledSince >= limit : count >= retries();
  }

  /** A probe of the shut window goes. */
  void probe() {
    probes++;
    backOff++;
  }

  /** How long to wait for what that probe brings. */
  long probeInterval() {
    return rtt.timeout(backOff);
  }

  /** A timer's deadline, no later than the user's patience lasts. */
  long clamp(long deadline) {
    return connection.userTimeout.clamp(deadline, stalledSince, rtt.timeout(0));
  }

  private int retries() {
    return connection.isOrphan()
        ? connection.configuration.orphanRetries()
        : connection.configuration.dataRetries();
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    stalledSince = c.carryTime(stalledSince);
    retriedSince = c.carryTime(retriedSince);
    timeouts = c.carry(timeouts);
    probes = c.carry(probes);
    backOff = c.carry(backOff);
  }
}

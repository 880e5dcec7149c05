// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * How long a connection waits for acknowledgments before it gives up: TCP_USER_TIMEOUT, and the
 * User Timeout Option by which the ends tell each other (RFC 5482). Times are in nanoseconds.
 */
final class UserTimeout {
  private static final long SECOND = 1_000_000_000L;

  /** "L_LIMIT": R2 of RFC 1122 section 4.2.3.5, which "SHOULD be at least 100 seconds". */
  private static final int LOWER_LIMIT = 100;

  /** "U_LIMIT": a peer cannot make us keep a dead connection longer than an hour. */
  private static final int UPPER_LIMIT = 3600;

  private TcpSettings settings;

  /** "REMOTE_UTO", in seconds, or 0. */
  private int remote;

  /** Whether the next segment with room for it is to carry the option. */
  private boolean pending;

  UserTimeout(TcpSettings settings) {
    this.settings = settings;
  }

  /** The user has changed something. */
  void setSettings(TcpSettings changed) {
    settings = changed;
  }

  /** "ENABLED": whether the option is sent, and listened to. */
  boolean isEnabled() {
    return settings.userTimeoutOption > 0;
  }

  /** What to advertise, in seconds: "ADV_UTO". */
  int advertised() {
    return settings.userTimeoutOption;
  }

  /** The value has changed, or the peer may have forgotten it with the SYN. */
  void announce() {
    pending = isEnabled();
  }

  boolean isPending() {
    return pending;
  }

  void announced() {
    pending = false;
  }

  /** What the peer has advertised in a SYN that this object has not seen. */
  void resume(int advertised) {
    remote = advertised;
  }

  /** An acceptable segment may carry the peer's value; 0 would mean "now" and is ignored. */
  void received(Segment segment) {
    if (isEnabled() && segment.options().userTimeoutSeconds() > 0) {
      remote = segment.options().userTimeoutSeconds();
    }
  }

  /**
   * The timeout of a synchronized connection, or 0 if the number of retransmissions decides. What
   * the user has set is not "CHANGEABLE"; else RFC 5482 section 3.1: "USER_TIMEOUT = min(U_LIMIT,
   * max(ADV_UTO, REMOTE_UTO, L_LIMIT))", and "the lower limit (L_LIMIT) MUST be larger than the
   * current retransmission timeout (RTO) for the connection".
   *
   * @param rto the retransmission timeout, not backed off
   */
  long limit(long rto) {
    if (settings.userTimeout > 0 || settings.userTimeoutOption == 0 || remote == 0) {
      return chosen();
    }
    int longest = Math.max(Math.max(settings.userTimeoutOption, remote), LOWER_LIMIT);
    return Math.min(UPPER_LIMIT * SECOND, Math.max(longest * SECOND, rto + SECOND));
  }

  /** What the user has set, or 0. */
  long chosen() {
    return chosen(settings);
  }

  /**
   * The same for a connection of which there is only a record. The option counts in synchronized
   * states alone: "Connections in other states MUST use the default timeout values" (section 3.3).
   */
  static long chosen(TcpSettings settings) {
    return settings.userTimeout * 1_000_000L;
  }

  /** The deadline, or the moment at which the timeout is over if that is earlier. */
  long clamp(long deadline, long since, long rto) {
    long limit = limit(rto);
    return limit > 0 ? Math.min(deadline, since + limit) : deadline;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    remote = c.carry(remote);
    pending = c.carry(pending);
  }
}

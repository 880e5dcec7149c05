// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import org.loopstack.engine.Clock;

/** The timers of one connection: a table of deadlines. What they do is decided by their reader. */
final class TcpTimers {
  /** What a connection waits for. */
  enum Kind {
    /** Sends again what was not acknowledged (RFC 6298). */
    RETRANSMISSION,
    /** Asks for a window, or sends in spite of a small one (RFC 9293 section 3.8.6). */
    PERSIST,
    /** Acknowledges what no data of ours has acknowledged (RFC 9293 section 3.8.6.3). */
    DELAYED_ACK,
    /** Asks whether a silent peer is there (RFC 9293 section 3.8.4). */
    KEEP_ALIVE,
    /** Ends TIME-WAIT, or FIN-WAIT-2 of a connection whose user has gone. */
    LINGER
  }

  private static final Kind[] KINDS = Kind.values();

  private final long[] deadlines = new long[KINDS.length];

  TcpTimers() {
    Arrays.fill(deadlines, Clock.NEVER);
  }

  void set(Kind kind, long deadline) {
    deadlines[kind.ordinal()] = deadline;
  }

  void stop(Kind kind) {
    deadlines[kind.ordinal()] = Clock.NEVER;
  }

  void stopAll() {
    Arrays.fill(deadlines, Clock.NEVER);
  }

  boolean isSet(Kind kind) {
    return deadlines[kind.ordinal()] != Clock.NEVER;
  }

  long deadline(Kind kind) {
    return deadlines[kind.ordinal()];
  }

  /** Stops the timer if its time has come, and says so. */
  boolean expired(Kind kind, long now) {
    if (deadlines[kind.ordinal()] > now) {
      return false;
    }
    stop(kind);
    return true;
  }

  /** The earliest deadline, or {@link Clock#NEVER}. */
  long next() {
    long next = deadlines[0];
    for (int i = 1; i < deadlines.length; i++) {
      next = Math.min(next, deadlines[i]);
    }
    return next;
  }
}

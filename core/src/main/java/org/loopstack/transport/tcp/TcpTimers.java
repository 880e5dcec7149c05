// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import org.loopstack.engine.Clock;

/** The timers of one connection: a table of deadlines. What they do is decided by their reader. */
final class TcpTimers {
  /** What a connection waits for. */
  enum Kind {
    /** Sends again what was not acknowledged (RFC 6298). */
    RETRANSMISSION(0),
    /** Asks for a window, or sends in spite of a small one (RFC 9293 section 3.8.6). */
    PERSIST(1),
    /** Acknowledges what no data of ours has acknowledged (RFC 9293 section 3.8.6.3). */
    DELAYED_ACK(2),
    /** Asks whether a silent peer is there (RFC 9293 section 3.8.4). */
    KEEP_ALIVE(3),
    /** Ends TIME-WAIT, or FIN-WAIT-2 of a connection whose user has gone. */
    LINGER(4),
    /** Declares lost what reordering does not explain any more (RFC 8985 section 6.2). */
    REORDERING(5),
    /** Provokes an acknowledgment of the end of a flight (RFC 8985 section 7). */
    LOSS_PROBE(6);

    /** Where the deadline stands in the table. */
    private final int slot;

    Kind(int slot) {
      this.slot = slot;
    }
  }

  private static final long[] STOPPED = new long[Kind.LOSS_PROBE.slot + 1];

  static {
    Arrays.fill(STOPPED, Clock.NEVER);
  }

  private final long[] deadlines = STOPPED.clone();

  void set(Kind kind, long deadline) {
    deadlines[kind.slot] = deadline;
  }

  void stop(Kind kind) {
    deadlines[kind.slot] = Clock.NEVER;
  }

  void stopAll() {
    Arrays.fill(deadlines, Clock.NEVER);
  }

  boolean isSet(Kind kind) {
    return deadlines[kind.slot] != Clock.NEVER;
  }

  /** When the timer expires, or {@link Clock#NEVER}. */
  long deadline(Kind kind) {
    return deadlines[kind.slot];
  }

  /** Stops the timer if its time has come, and says so. */
  boolean expired(Kind kind, long now) {
    if (deadlines[kind.slot] > now) {
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

  /** Whether nothing is awaited but what may be hours away. */
  boolean areQuiet() {
    return !isSet(Kind.RETRANSMISSION)
        && !isSet(Kind.PERSIST)
        && !isSet(Kind.DELAYED_ACK)
        && !isSet(Kind.REORDERING)
        && !isSet(Kind.LOSS_PROBE);
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    for (int i = 0; i < deadlines.length; i++) {
      deadlines[i] = c.carry(deadlines[i]);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** How long a sender was busy, and what held it back meanwhile. Times are in nanoseconds. */
final class Chronograph {
  /** What the sender does. */
  enum Phase {
    /** There is nothing to send or to be acknowledged. */
    IDLE,
    /** It sends, or waits for acknowledgments. */
    BUSY,
    /** The peer's window is shut or too small. */
    PEER_WINDOW,
    /** All is sent; the writer would have more, and finds no room in the buffer. */
    SEND_BUFFER
  }

  private Phase phase = Phase.IDLE;
  private long since;
  private long busy;
  private long peerWindow;
  private long sendBuffer;

  void enter(Phase next, long now) {
    if (phase != next) {
      account(now);
      phase = next;
    }
  }

  private void account(long now) {
    long time = now - since;
    since = now;
    if (phase != Phase.IDLE) {
      busy += time;
    }
    if (phase == Phase.PEER_WINDOW) {
      peerWindow += time;
    } else if (phase == Phase.SEND_BUFFER) {
      sendBuffer += time;
    }
  }

  /** Everything that is not idle. */
  long busy(long now) {
    account(now);
    return busy;
  }

  long peerWindow(long now) {
    account(now);
    return peerWindow;
  }

  long sendBuffer(long now) {
    account(now);
    return sendBuffer;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    phase = c.carry(phase, Phase.values());
    since = c.carryTime(since);
    busy = c.carry(busy);
    peerWindow = c.carry(peerWindow);
    sendBuffer = c.carry(sendBuffer);
  }
}

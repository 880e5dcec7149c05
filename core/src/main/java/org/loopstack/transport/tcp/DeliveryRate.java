// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/** How fast data arrives at the peer, measured once a round trip. Times are in nanoseconds. */
final class DeliveryRate {
  private long roundStart;
  private int roundEnd;
  private long arrived;
  private boolean roundKnown;
  private long bytesPerSecond;

  /** Data goes out while nothing is under way: a new measurement begins. */
  void begin(long now) {
    roundStart = now;
    arrived = 0;
    roundKnown = false;
  }

  /** So many bytes are newly known to have arrived. */
  void delivered(int bytes, int sndUna, int sndNxt, long now) {
    arrived += bytes;
    if (!roundKnown) {
      // The first flight: all that was sent before its first acknowledgment.
      roundKnown = true;
      roundEnd = sndNxt;
    }
    if (SequenceNumber.ge(sndUna, roundEnd)) {
      long time = now - roundStart;
      if (time > 0) {
        bytesPerSecond = (long) (arrived * 1e9 / time);
      }
      roundStart = now;
      roundEnd = sndNxt;
      arrived = 0;
    }
  }

  /** Over the last whole round trip; 0 before there was one. */
  long bytesPerSecond() {
    return bytesPerSecond;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    roundStart = c.carryTime(roundStart);
    roundEnd = c.carrySent(roundEnd);
    arrived = c.carry(arrived);
    roundKnown = c.carry(roundKnown);
    bytesPerSecond = c.carry(bytesPerSecond);
  }
}

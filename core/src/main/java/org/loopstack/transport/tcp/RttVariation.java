// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** How much round-trip times vary, and what a timeout has to allow for it. In nanoseconds. */
sealed interface RttVariation permits SmoothedVariation, LargestVariation {
  /** The first measurement. */
  void first(long measured, int sndNxt);

  /**
   * A later one.
   *
   * @param error by how much it is longer than the smoothed round-trip time so far
   */
  void next(long error, int sndUna, int sndNxt);

  /** RTTVAR of RFC 6298. */
  long mean();

  /** What the timeout has above the smoothed round-trip time: "K*RTTVAR", or what stands for it. */
  long allowance();

  /** What rests with the connection. */
  void carry(StateCarrier c);
}

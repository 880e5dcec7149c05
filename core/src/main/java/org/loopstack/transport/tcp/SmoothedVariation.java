// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/** RTTVAR as RFC 6298 section 2 has it. */
final class SmoothedVariation implements RttVariation {
  /** "G": the granularity of the clock; ours counts nanoseconds, its timers do not. */
  private static final long GRANULARITY = 1_000_000;

  private long rttVar;

  @Override
  public void first(long measured, int sndNxt) {
    // (2.2) "RTTVAR <- R/2"
    rttVar = measured / 2;
  }

  @Override
  public void next(long error, int sndUna, int sndNxt) {
    // (2.3) "RTTVAR <- (1 - beta) * RTTVAR + beta * |SRTT - R'|", beta = 1/4
    rttVar += (Math.abs(error) - rttVar) / 4;
  }

  @Override
  public long mean() {
    return rttVar;
  }

  @Override
  public long allowance() {
    // "max (G, K*RTTVAR) where K = 4"
    return Math.max(GRANULARITY, 4 * rttVar);
  }

  @Override
  public void carry(StateCarrier c) {
    rttVar = c.carry(rttVar);
  }
}

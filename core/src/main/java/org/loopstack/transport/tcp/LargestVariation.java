// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/**
 * The variation as Linux has it: what counts is the largest mean of a window of data. A larger one
 * counts at once; a smaller one takes a quarter of the difference away for each window. A round
 * trip that is shorter than the mean says little about the next longer one, and so has an eighth of
 * the weight.
 */
final class LargestVariation implements RttVariation {
  private final long least;

  /** Four times the mean variation. */
  private long mean;

  /** The largest that the mean has been in this window, and never less than the least. */
  private long largest;

  private long allowance;

  /** The number at which this window of data ends. */
  private int windowEnd;

  LargestVariation(long least) {
    this.least = least;
  }

  @Override
  public void first(long measured, int sndNxt) {
    mean = 2 * measured;
    allowance = Math.max(mean, least);
    largest = allowance;
    windowEnd = sndNxt;
  }

  @Override
  public void next(long error, int sndUna, int sndNxt) {
    long news = Math.abs(error) - mean / 4;
    mean += error < 0 && news > 0 ? news / 8 : news;
    if (mean > largest) {
      largest = mean;
      allowance = Math.max(allowance, largest);
    }
    if (SequenceNumber.gt(sndUna, windowEnd)) {
      if (largest < allowance) {
        allowance -= (allowance - largest) / 4;
      }
      windowEnd = sndNxt;
      largest = least;
    }
  }

  @Override
  public long mean() {
    return mean / 4;
  }

  @Override
  public long allowance() {
    return allowance;
  }

  @Override
  public void carry(StateCarrier c) {
    mean = c.carry(mean);
    largest = c.carry(largest);
    allowance = c.carry(allowance);
    windowEnd = c.carrySent(windowEnd);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.util.Arrays;

/**
 * How long round trips took, and how many did not come back. Immutable.
 *
 * @param nanos each that came back, sorted
 * @param lost how many did not
 */
// Handed over, not kept; nobody compares them.
@SuppressWarnings("ArrayRecordComponent")
public record RoundTrips(long[] nanos, int lost) {
  /** Sorts. */
  public RoundTrips {
    nanos = nanos.clone();
    Arrays.sort(nanos);
  }

  /**
   * The time within which a share of them came back, in microseconds.
   *
   * @param percent 1 to 100
   */
  public long micros(int percent) {
    if (nanos.length == 0) {
      return 0;
    }
    int place = (nanos.length * percent + 99) / 100 - 1;
    return nanos[Math.clamp(place, 0, nanos.length - 1)] / 1000;
  }

  /** How many were sent. */
  public int sent() {
    return nanos.length + lost;
  }
}

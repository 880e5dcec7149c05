// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/** What one side has shown in all rounds that count. */
public final class Series {
  private final double[] values;
  private final double garbage;

  /**
   * A series.
   *
   * @param garbage bytes of heap allocated per operation, by all threads of the JVM; NaN if unknown
   * @param values one per round, in the row's unit
   */
  public Series(double garbage, double... values) {
    this.values = values.clone();
    this.garbage = garbage;
  }

  /** How many rounds there were. */
  public int rounds() {
    return values.length;
  }

  /** The value of a round. */
  public double value(int round) {
    return values[round];
  }

  /** The value in the middle. */
  public double median() {
    return Statistics.median(values);
  }

  /** Bytes of heap allocated per operation, by all threads of the JVM; NaN if unknown. */
  public double garbage() {
    return garbage;
  }
}

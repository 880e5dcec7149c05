// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/**
 * What one side has shown in all rounds that count.
 *
 * @param values one per round, in the row's unit
 * @param garbage bytes of heap allocated per operation, by all threads of the JVM; NaN if unknown
 */
public record Series(double[] values, double garbage) {
  /** The value in the middle. */
  public double median() {
    return Statistics.median(values);
  }
}

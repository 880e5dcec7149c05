// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a row has shown.
 *
 * @param row the row
 * @param kernel the kernel's figures, one per round
 * @param ours ours, in the same rounds
 * @param failure why there are no figures, or null
 */
public record Result(Row row, Series kernel, Series ours, @Nullable String failure) {
  /**
   * The widest spread that still lets a ratio mean something: the middle half of the rounds lies
   * within half of the median.
   */
  static final double TOO_WIDE = 0.5;

  /** A row that could not be measured. */
  static Result failed(Row row, String why) {
    Series none = new Series(Double.NaN, Double.NaN);
    return new Result(row, none, none, why);
  }

  /** How far apart the rounds' ratios are: their interquartile range as a part of the median. */
  public double spread() {
    double[] ratios = new double[kernel.rounds()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = row.unit().ratio(kernel.value(i), ours.value(i));
    }
    return Statistics.spread(ratios);
  }

  /** Whether the rounds differ so much that a ratio would not mean anything. */
  public boolean isTooNoisy() {
    return failure == null && !(spread() <= TOO_WIDE);
  }

  /** How many times better ours is, by the medians; empty if that would not mean anything. */
  public OptionalDouble ratio() {
    return failure != null || isTooNoisy()
        ? OptionalDouble.empty()
        : OptionalDouble.of(row.unit().ratio(kernel.median(), ours.median()));
  }

  /** Whether the row was measured and reaches its bar. */
  public boolean isBarMet() {
    return failure == null && row.bar().isMetBy(this);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.util.Arrays;

/** Robust figures about a few numbers. */
public final class Statistics {
  private Statistics() {}

  /** The number in the middle. */
  public static double median(double... values) {
    return quantile(values, 0.5);
  }

  /** How far apart the middle half of the numbers is, as a part of the median. */
  public static double spread(double... values) {
    return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
  }

  /** The number below which that part of the numbers lies, with linear interpolation. */
  static double quantile(double[] values, double part) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = part * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
  }
}

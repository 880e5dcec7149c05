// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

/** A row whose figures a test makes up. */
record FakeRow(Unit unit, Bar bar, Measurement measurement) implements Row {
  /** What it measures. */
  interface Measurement {
    double on(Side side) throws Exception;
  }

  @Override
  public String name() {
    return "made up";
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    return new Sample(measurement.on(side), 1);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResultTest {
  private static Result result(Unit unit, Bar bar, double[] kernel, double[] ours) {
    Row row = new FakeRow(unit, bar, side -> 1);
    return new Result(row, new Series(0, kernel), new Series(0, ours), null);
  }

  @Test
  void lessTimeIsARatioAboveOne() {
    Result result =
        result(
            Unit.MICROSECONDS, new Bar.None(), new double[] {10, 10, 10}, new double[] {5, 5, 5});
    assertThat(result.ratio()).hasValue(2);
  }

  @Test
  void lessThroughputIsARatioBelowOne() {
    Result result =
        result(
            Unit.GIGABYTES_PER_SECOND,
            new Bar.None(),
            new double[] {10, 10, 10},
            new double[] {5, 5, 5});
    assertThat(result.ratio()).hasValue(0.5);
  }

  @Test
  void slownessOfTheWholeMachineInOneRoundIsNoNoise() {
    Result result =
        result(
            Unit.MICROSECONDS,
            new Bar.None(),
            new double[] {10, 20, 40, 80},
            new double[] {5, 10, 20, 40});
    assertThat(result.spread()).isZero();
    assertThat(result.ratio()).hasValue(2);
  }

  @Test
  void noRatioWhereTheRoundsDifferTooMuchAndNoBarIsMetByIt() {
    Result result =
        result(
            Unit.MICROSECONDS,
            new Bar.AtLeast(1),
            new double[] {100, 100, 100, 100},
            new double[] {1, 20, 40, 90});
    assertThat(result.isTooNoisy()).isTrue();
    assertThat(result.ratio()).isEmpty();
    assertThat(result.isBarMet()).isFalse();
  }

  @Test
  void ratioBarIsMetFromTheBarOn() {
    double[] two = {2, 2, 2};
    double[] one = {1, 1, 1};
    assertThat(result(Unit.NANOSECONDS, new Bar.AtLeast(2), two, one).isBarMet()).isTrue();
    assertThat(result(Unit.NANOSECONDS, new Bar.AtLeast(2.1), two, one).isBarMet()).isFalse();
  }

  @Test
  void absoluteBarLooksAtOursAloneEvenInNoise() {
    double[] wild = {1, 100, 10_000};
    double[] ours = {2048, 2048, 2048};
    assertThat(result(Unit.BYTES, new Bar.AtMost(2048), wild, ours).isBarMet()).isTrue();
    assertThat(result(Unit.BYTES, new Bar.AtMost(2047), wild, ours).isBarMet()).isFalse();
  }

  @Test
  void failedRowMeetsNoBarAndHasNoRatio() {
    Result result = Result.failed(new FakeRow(Unit.BYTES, new Bar.None(), side -> 1), "it broke");
    assertThat(result.isBarMet()).isFalse();
    assertThat(result.ratio()).isEmpty();
  }
}

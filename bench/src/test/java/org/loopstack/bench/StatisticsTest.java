// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void medianOfAnOddCountIsTheOneInTheMiddle() {
    assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
  }

  @Test
  void medianOfAnEvenCountLiesBetweenTheTwoInTheMiddle() {
    assertThat(Statistics.median(1, 100, 3, 5)).isEqualTo(4);
  }

  @Test
  void oneWildValueAmongManyDoesNotWidenTheSpread() {
    assertThat(Statistics.spread(10, 10, 10, 10, 1000)).isZero();
  }

  @Test
  void spreadIsTheMiddleHalfAsAPartOfTheMedian() {
    assertThat(Statistics.spread(8, 9, 10, 11, 12)).isEqualTo(0.2);
  }

  @Test
  void nothingHasNoMedian() {
    assertThatThrownBy(Statistics::median).isInstanceOf(IllegalArgumentException.class);
  }
}

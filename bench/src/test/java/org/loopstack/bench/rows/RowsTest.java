// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.loopstack.bench.AotCache;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.KernelSide;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.StackSide;

class RowsTest {
  private static final Effort SHORT = new Effort(1, 0, 1_000_000, true);

  /** Those that can be measured here: an AOT cache is made of jars, and a build has folders. */
  static List<Row> rows() {
    return Rows.all().stream()
        .filter(row -> AotCache.isPossible() || !row.name().contains("AOT cache"))
        .toList();
  }

  @Test
  void whereNoAotCacheCanBeMadeTheRowSaysSo() throws Exception {
    assumeThat(AotCache.isPossible()).isFalse();
    try (Side side = new StackSide()) {
      assertThatThrownBy(() -> FirstStack.cached(new Bar.None()).measure(side, SHORT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("class path of jars");
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void rowRunsOnTheKernel(Row row) throws Exception {
    try (Side side = new KernelSide(null)) {
      check(row, row.measure(side, SHORT));
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void rowRunsOnOurs(Row row) throws Exception {
    try (Side side = new StackSide()) {
      check(row, row.measure(side, SHORT));
    }
  }

  private static void check(Row row, Sample sample) {
    assertThat(sample.value()).as(row.name()).isPositive().isFinite();
  }

  @Test
  void namesDiffer() {
    assertThat(Rows.all()).extracting(Row::name).doesNotHaveDuplicates();
  }
}

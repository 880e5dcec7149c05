// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.loopstack.bench.rows.SelectorRoundTrip;

class HarnessTest {
  private final Side left = new KernelSide(null);
  private final Side right = new KernelSide(null);

  private Result run(Effort effort, Row row) throws InterruptedException {
    return new Harness(() -> left, () -> right, effort).run(row);
  }

  @Test
  void kernelAgainstKernelIsARatioNearOne() throws InterruptedException {
    Effort effort = new Effort(25, 5, 10_000_000, true);
    Result result = run(effort, new SelectorRoundTrip(new Bar.None()));
    assertThat(result.failure()).isNull();
    double ratio = result.row().unit().ratio(result.kernel().median(), result.ours().median());
    // On a quiet machine within some percent; wide enough here for one that is busy.
    assertThat(ratio).isBetween(0.6, 1.7);
  }

  @Test
  void roundsAlternateWhoIsFirstAndWarmUpsDoNotCount() throws InterruptedException {
    List<Side> order = Collections.synchronizedList(new ArrayList<>());
    Row row =
        new FakeRow(
            Unit.MICROSECONDS,
            new Bar.None(),
            side -> {
              order.add(side);
              return order.size();
            });
    Result result = run(new Effort(3, 1, 1, true), row);
    assertThat(order).containsExactly(left, right, left, right, right, left, left, right);
    assertThat(values(result.kernel())).containsExactly(3, 6, 7);
    assertThat(values(result.ours())).containsExactly(4, 5, 8);
  }

  private static double[] values(Series series) {
    return IntStream.range(0, series.rounds()).mapToDouble(series::value).toArray();
  }

  @Test
  void garbageOfAllThreadsIsCountedPerOperation() throws InterruptedException {
    Row row =
        new FakeRow(
            Unit.MICROSECONDS,
            new Bar.None(),
            side ->
                new Task<>(ThreadKind.PLATFORM, "allocates", () -> new byte[1 << 20].length)
                    .join());
    assertThat(run(new Effort(3, 0, 1, true), row).ours().garbage())
        .isBetween(1_048_576.0, 2_000_000.0);
  }

  @Test
  void rowThatThrowsIsAResultThatSaysWhichSideAndWhy() throws InterruptedException {
    Row row =
        new FakeRow(
            Unit.MICROSECONDS,
            new Bar.None(),
            side -> {
              throw new IOException("no route");
            });
    assertThat(run(new Effort(1, 0, 1, true), row).failure())
        .isEqualTo("kernel: IOException: no route");
  }

  @Test
  void rowThatHangsIsAResultThatSaysWhere() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Row row =
        new FakeRow(
            Unit.MICROSECONDS,
            new Bar.None(),
            side -> {
              try {
                never.await();
                return 0;
              } finally {
                interrupted.countDown();
              }
            });
    Result result = new Harness(() -> left, () -> right, new Effort(1, 0, 1, true), 1).run(row);
    assertThat(result.failure()).contains("no end after 1 s").contains("CountDownLatch.await");
    interrupted.await();
  }
}

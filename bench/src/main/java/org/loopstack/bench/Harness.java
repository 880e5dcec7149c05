// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;

/**
 * Measures a row on two sides in turns, so that whatever slows the machine down for a while slows
 * down both. Each round measures both, and who is first changes with each round.
 */
public final class Harness {
  /** Far beyond any measurement: one that takes longer hangs. */
  static final long TIMEOUT_SECONDS = 30;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Supplier<Side> kernel;
  private final Supplier<Side> ours;
  private final Effort effort;
  private final long timeoutSeconds;

  /**
   * A harness.
   *
   * @param kernel opens the side that stands in the column "kernel"; once for each row
   * @param ours opens the side that stands in the column "loopstack"; once for each row
   */
  public Harness(Supplier<Side> kernel, Supplier<Side> ours, Effort effort) {
    this(kernel, ours, effort, TIMEOUT_SECONDS);
  }

  Harness(Supplier<Side> kernel, Supplier<Side> ours, Effort effort, long timeoutSeconds) {
    this.kernel = kernel;
    this.ours = ours;
    this.effort = effort;
    this.timeoutSeconds = timeoutSeconds;
  }

  /** Measures the row. A failure of the row is a result too. */
  public Result run(Row row) throws InterruptedException {
    try (Side first = kernel.get();
        Side second = ours.get()) {
      return measure(row, first, second);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | LinkageError | AssertionError e) {
      return Result.failed(row, String.valueOf(e.getMessage() == null ? e : e.getMessage()));
    }
  }

  private Result measure(Row row, Side first, Side second) throws Exception {
    for (int i = row.warmUps(effort); i > 0; i--) {
      Sample _ = measure(row, first);
      Sample _ = measure(row, second);
    }
    Recorder kernels = new Recorder(effort.rounds());
    Recorder our = new Recorder(effort.rounds());
    for (int round = 0; round < effort.rounds(); round++) {
      if (round % 2 == 0) {
        kernels.record(round, row, first);
        our.record(round, row, second);
      } else {
        our.record(round, row, second);
        kernels.record(round, row, first);
      }
    }
    return new Result(row, kernels.series(), our.series(), null);
  }

  private Sample measure(Row row, Side side) throws Exception {
    try {
      return new Task<>(ThreadKind.PLATFORM, "measure", () -> row.measure(side, effort))
          .join(timeoutSeconds);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      String why = e.getMessage() == null ? "" : ": " + e.getMessage();
      throw new Exception(side.name() + ": " + e.getClass().getSimpleName() + why, e);
    }
  }

  /** Collects what one side shows. */
  private final class Recorder {
    private final double[] values;
    private long allocated;
    private long operations;

    Recorder(int rounds) {
      values = new double[rounds];
    }

    void record(int round, Row row, Side side) throws Exception {
      long before = THREADS.getTotalThreadAllocatedBytes();
      Sample sample = measure(row, side);
      allocated += THREADS.getTotalThreadAllocatedBytes() - before;
      operations += sample.operations();
      values[round] = sample.value();
    }

    Series series() {
      return new Series(operations == 0 ? Double.NaN : (double) allocated / operations, values);
    }
  }
}

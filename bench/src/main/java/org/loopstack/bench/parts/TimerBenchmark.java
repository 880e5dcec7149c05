// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.parts;

import java.util.concurrent.TimeUnit;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Timer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Timers of the real engine, among many that are armed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerBenchmark {
  /** How many others are armed. */
  @Param({"10", "10000"})
  public int armed;

  private final Engine engine = Engine.system();
  private final Timer timer = newTimer();
  private Timer[] others = {};
  private long deadline;

  private Timer newTimer() {
    return new Timer(
        engine.scheduler(),
        () -> {
          throw new AssertionError("fired an hour early");
        });
  }

  /** Arms the others, an hour from now and later. */
  @Setup
  public void arm() {
    long hour = TimeUnit.HOURS.toNanos(1);
    deadline = engine.now() + hour + armed / 2;
    others = new Timer[armed];
    for (int i = 0; i < armed; i++) {
      others[i] = newTimer();
      others[i].armNoLaterThan(engine.now() + hour + i);
    }
  }

  /** Takes the others out again. */
  @TearDown
  public void disarm() {
    for (Timer each : others) {
      each.disarm();
    }
  }

  /** In and out of the heap. */
  @Benchmark
  public void armAndDisarm() {
    timer.armNoLaterThan(deadline);
    timer.disarm();
  }

  /** As each acknowledgement does it: armed already, for an earlier time. */
  @Benchmark
  public void pushForward() {
    others[0].armNoLaterThan(deadline);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.parts;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks of this package. */
public final class Parts {
  /** Matches each benchmark of this package. */
  static final String PATTERN = Pattern.quote(Parts.class.getPackageName()) + ".*";

  private Parts() {}

  /**
   * Runs them in a JVM of their own each, and prints as JMH does, with the garbage they make.
   *
   * @param which those whose class or method has a match; null for all
   * @param quick whether an answer soon is worth more than a precise one
   * @return the exit status
   */
  public static int run(@Nullable Pattern which, boolean quick) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(which == null ? PATTERN : PATTERN + which.pattern())
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .forks(1)
            // The whole stack takes seconds until the JIT is done with it.
            .warmupIterations(quick ? 3 : 10)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(quick ? 3 : 5)
            .measurementTime(TimeValue.milliseconds(quick ? 300 : 1000));
    return new Runner(options.build()).run().isEmpty() ? 1 : 0;
  }
}

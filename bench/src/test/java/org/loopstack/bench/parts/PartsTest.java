// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.parts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

class PartsTest {
  @Test
  void everyBenchmarkStarts() throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include(Parts.PATTERN)
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(1))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    assertThat(new Runner(options.build()).run())
        .extracting((RunResult result) -> result.getPrimaryResult().getScore())
        .hasSizeGreaterThan(10)
        .allMatch(score -> score > 0);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.parts;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.loopstack.wire.InternetChecksum;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The Internet checksum of a header, an Ethernet frame's and the largest datagram's bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
  private static final int ODD_OFFSET = 14;

  /** How many bytes. */
  @Param({"20", "1460", "65495"})
  public int length;

  private byte[] bytes = {};

  /** Fills the bytes. */
  @Setup
  public void fill() {
    bytes = new byte[ODD_OFFSET + length];
    new SplittableRandom(1).nextBytes(bytes);
  }

  /** Sums up and folds. */
  @Benchmark
  public int checksum() {
    return InternetChecksum.finish(InternetChecksum.sum(bytes, ODD_OFFSET, length));
  }
}

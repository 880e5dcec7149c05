// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.testing.Programs;

/**
 * How much one connection carries in {@code lo run} without options, beside the kernel's own
 * loopback in the same run: iperf3 in turns, and the ratio printed. How fast a busy machine is says
 * little, so that the bar is low; on a quiet one: {@code -Dthroughput.pairs=8
 * -Dthroughput.seconds=4 -Dthroughput.bar=0.5}.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunThroughputTest {
  private static final int PAIRS = Integer.getInteger("throughput.pairs", 2);
  private static final int SECONDS = Integer.getInteger("throughput.seconds", 1);
  private static final double BAR = Double.parseDouble(System.getProperty("throughput.bar", "0.1"));
  private static final Pattern RECEIVED = Pattern.compile("([0-9.]+) Mbits/sec +receiver");

  @TempDir Path temporary;

  /** Gigabits per second; the client waits for the server to be there. */
  private double measure(List<String> command) throws Exception {
    List<String> all = new ArrayList<>(command);
    all.addAll(
        List.of(
            "sh",
            "-c",
            "ip link set lo up; iperf3 -s -1 -p 5201 >/dev/null 2>&1 & until said=$(iperf3 -c"
                + " 127.0.0.1 -p 5201 -f m -t "
                + SECONDS
                + " 2>/dev/null); do kill -0 $! || exit 1; done; echo \"$said\""));
    ProcessBuilder builder = LoProcesses.builder(temporary).command(all);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      assumeTrue(false, e.getMessage());
      return 0;
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Matcher matcher = RECEIVED.matcher(said);
    assumeTrue(matcher.find(), said + Files.readString(temporary.resolve("err")));
    return Double.parseDouble(matcher.group(1)) / 1000;
  }

  @Test
  void oneConnectionIsBesideTheKernelsOwn() throws Exception {
    Programs.assume("iperf3", "what a connection carries in lo run");
    double[] ratios = new double[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      double kernel = measure(List.of("unshare", "--net", "--map-root-user"));
      double ours = measure(LoProcesses.command("run", "--"));
      ratios[i] = ours / kernel;
      System.out.printf(
          Locale.ROOT,
          "one connection, Gbit/s: kernel's own loopback %.1f, lo run %.1f, ratio %.2f%n",
          kernel,
          ours,
          ratios[i]);
    }
    Arrays.sort(ratios);
    double median = (ratios[(PAIRS - 1) / 2] + ratios[PAIRS / 2]) / 2;
    System.out.printf(Locale.ROOT, "median of %d: %.2f%n", PAIRS, median);
    assertThat(median).isGreaterThan(BAR);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SoakCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new SoakCommand());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(out));
    return line.execute(arguments);
  }

  @Test
  void seedsAreRunOnSeveralThreadsWithASummary() {
    assertThat(run("--seeds", "20", "--from", "7", "--parallel", "2", "--time", "1h")).isZero();
    assertThat(out.toString()).startsWith("20 seeds: 20 passed, 0 failed; ");
  }

  @Test
  void oneSeedIsShownAndCaptured() throws IOException {
    Path file = folder.resolve("one.pcap");
    assertThat(run("--from", "3", "--seeds", "1", "--plan", "--trace", "--capture", "" + file))
        .isZero();
    assertThat(out.toString())
        .startsWith("seed 3: IPv")
        .contains("client >", "> server", "seed 3 passed: ");
    assertThat(Files.size(file)).isGreaterThan(200);
    assertThat(Files.readAllBytes(file)).startsWith(0xa1, 0xb2, 0x3c, 0x4d);
  }

  @Test
  void wrongUseIsExitCode2() {
    assertThat(run("--seeds", "0")).isEqualTo(2);
    assertThat(run("--seeds", "many")).isEqualTo(2);
    assertThat(run("--parallel", "0")).isEqualTo(2);
    assertThat(run("--time", "3 weeks")).isEqualTo(2);
    assertThat(run("--trace")).isEqualTo(2);
    assertThat(out.toString())
        .contains(
            "--seeds is 0, not at least 1",
            "--parallel is 0, not in 1..1024",
            "--time is 3 weeks, not a time as 30s, 10m or 2h",
            "give --seeds 1");
  }

  @Test
  void noSeedIsBegunAfterTheTime() {
    assertThat(run("--seeds", "1000000", "--time", "0s")).isZero();
    assertThat(out.toString()).startsWith("0 seeds: 0 passed, 0 failed; ");
  }
}

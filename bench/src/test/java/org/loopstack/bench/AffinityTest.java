// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class AffinityTest {
  @Test
  void theProcessHasOneCpuAndThisOneKeepsAll() throws Exception {
    String before = cpus(Files.readString(Path.of("/proc/self/status")));
    Process process = Affinity.startOnOneCpu(new ProcessBuilder("cat", "/proc/self/status"));
    String status = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).isZero();
    assertThat(cpus(status)).matches("\\d+");
    assertThat(cpus(Files.readString(Path.of("/proc/self/status")))).isEqualTo(before);
  }

  private static String cpus(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElseThrow();
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScriptCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new ScriptCommand());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(out));
    return line.execute(arguments);
  }

  @Test
  void aFolderIsRunWithASummaryAndAnExitCode() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    Files.writeString(folder.resolve("sub/good.pkt"), Scripts.SERVER);
    assertThat(run(folder.toString())).isZero();
    assertThat(out.toString()).startsWith("1 scripts: 1 passed, 0 failed, 0 skipped in ");
    Files.writeString(folder.resolve("bad.pkt"), Scripts.SERVER.replace("mss 1460", "mss 1461"));
    Files.writeString(folder.resolve("odd.pkt"), "0 `reboot`");
    assertThat(run(folder.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("FAILED  bad.pkt", "skipped odd.pkt", "3 scripts: 1 passed, 1 failed, 1 skipped");
  }

  @Test
  void verboseShowsThePackets() throws IOException {
    Path file = Files.writeString(folder.resolve("good.pkt"), Scripts.SERVER);
    assertThat(run("--verbose", "--ip-version", "ipv6", file.toString())).isZero();
    assertThat(out.toString()).contains("passed  good.pkt", "> IP6 fd3d:fa7b:d17d::1.8080");
  }

  @Test
  void wrongUseIsExitCode2() throws IOException {
    assertThat(run()).isEqualTo(2);
    assertThat(run("--ip-version", "ipv5", folder.toString())).isEqualTo(2);
    assertThat(run(folder.toString())).isEqualTo(2);
    assertThat(run(folder.resolve("none.pkt").toString())).isEqualTo(2);
    assertThat(out.toString()).contains("There is no " + folder.resolve("none.pkt"));
  }
}

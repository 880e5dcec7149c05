// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.jvm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Djava.nio.channels.spi.SelectorProvider=...} in a JVM of its own. */
@DisabledIfSystemProperty(
    named = "conformance.subject",
    matches = "agent",
    disabledReason = "there the JVM has been told another way")
class JvmSelectorProviderTest {
  private static final String INSTALLED =
      "-Djava.nio.channels.spi.SelectorProvider=org.loopstack.socket.JvmSelectorProvider";

  @TempDir private Path folder;

  private String run(String what, String... options) throws Exception {
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Program.class.getName(), what));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(output, UTF_8);
    assertThat(ended).as(text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theJdksServerAndClientTalkWithoutAnySocketOfTheMachine() throws Exception {
    assertThat(run("http", INSTALLED))
        .contains("status 200 bytes 1000000")
        .contains("machine's sockets []")
        .contains("selector org.loopstack.socket.");
  }

  /** The check above would see a socket if there were one. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void theSameProgramUsesTheMachinesSocketsUnlessTold() throws Exception {
    assertThat(run("http"))
        .contains("status 200 bytes 1000000")
        .doesNotContain("machine's sockets []")
        .contains("selector sun.nio.ch.");
  }

  @Test
  void beingThereChangesNothing() {
    assertThat(SelectorProvider.provider().getClass().getModule())
        .isSameAs(Object.class.getModule());
  }

  @Test
  void aStacksMulticastSocketOpensNoneOfTheMachines() throws Exception {
    assertThat(run("multicast")).contains("the JDK's 1").contains("received 42, the stack's 0");
  }

  @Test
  void unixDomainChannelsAreTheJdksWhereItsProviderCanBeReached() throws Exception {
    assertThat(run("unix", INSTALLED, "--add-exports", "java.base/sun.nio.ch=ALL-UNNAMED"))
        .contains("unix true true");
    assertThat(run("unix", INSTALLED)).contains("unix refused: Protocol family not supported");
  }
}

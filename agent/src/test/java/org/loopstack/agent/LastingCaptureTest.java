// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.Stack;
import org.loopstack.capture.CaptureReader;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.capture.CapturedStatistics;
import org.loopstack.wire.IpProtocol;

/** The agent's option {@code capture}, in a JVM of its own. */
class LastingCaptureTest {
  @TempDir private Path directory;

  /** A jar that is nothing but the way to the classes. */
  private Path agent() {
    return directory.resolve("agent.jar");
  }

  @BeforeEach
  void makeAgent() throws Exception {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Premain-Class", LoopstackAgent.class.getName());
    main.putValue("Can-Retransform-Classes", "true");
    main.put(Attributes.Name.CLASS_PATH, place(LoopstackAgent.class) + " " + place(Stack.class));
    try (OutputStream out = Files.newOutputStream(agent())) {
      new JarOutputStream(out, manifest).close();
    }
  }

  private static String place(Class<?> type) throws Exception {
    return type.getProtectionDomain().getCodeSource().getLocation().toURI().toASCIIString();
  }

  /** Runs the program under the agent and returns its status. */
  private int run(String options) throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-javaagent:" + agent() + "=" + options,
                "-cp",
                Path.of(
                        EndingProgram.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString(),
                EndingProgram.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output().toFile())
            .start();
    try {
      assertThat(program.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
      return program.exitValue();
    } finally {
      program.destroyForcibly();
    }
  }

  private Path output() {
    return directory.resolve("output.txt");
  }

  @Test
  void theFileIsWholeAfterSystemExitWithWhatTheHooksSaid() throws Exception {
    Path file = directory.resolve("program.pcapng");

    assertThat(run("isolated,capture=" + file)).isEqualTo(3);
    assertThat(Files.readString(output())).isEmpty();
    List<CapturedPacket> packets = CaptureReader.readAll(file);
    // Handshake, data, and in the end, from a hook, a datagram.
    assertThat(packets).hasSizeGreaterThanOrEqualTo(5);
    CapturedPacket last = packets.getLast();
    assertThat(last.bytes().at(9)).isEqualTo(IpProtocol.UDP);
    assertThat(last.originalLength()).isEqualTo(20 + 8 + EndingProgram.LAST_WORD);
    assertThat(statistics(file))
        .containsExactly(new CapturedStatistics(last.source(), packets.size(), packets.size(), 0));
  }

  private static List<CapturedStatistics> statistics(Path file) throws IOException {
    try (CaptureReader reader = CaptureReader.open(file)) {
      while (reader.next() != null) {
        // To the end, where they are.
      }
      return reader.statistics();
    }
  }

  @Test
  void aFileThatCannotBeMadeIsALineAndTheProgramDoesNotRun() throws Exception {
    Path file = directory.resolve("no/program.pcapng");

    assertThat(run("capture=" + file)).isEqualTo(2);
    assertThat(Files.readString(output()).strip())
        .isEqualTo("loopstack-agent: \"capture=" + file + "\": there is no such directory");
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.junit.TrafficAssertions.assertThatCapture;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackExtensionTest {
  @TempDir Path reports;

  private Map<String, Optional<Throwable>> run(Class<?> fixture) {
    return FixtureRunner.run(fixture, Map.of("loopstack.reports", reports.toString()));
  }

  private Throwable failure(Map<String, Optional<Throwable>> endings, String test) {
    assertThat(endings).containsKey(test);
    return endings.get(test).orElseThrow();
  }

  @Test
  void givesEachTestAStackOfItsOwnAndAllThatBelongsToIt() throws IOException {
    assertThat(run(Fixtures.Passing.class))
        .hasSize(8)
        .allSatisfy((test, failure) -> assertThat(failure).as(test).isEmpty());
    assertThat(Files.list(reports)).isEmpty();
  }

  @Test
  void testsRunInParallel() {
    Map<String, Optional<Throwable>> endings =
        FixtureRunner.run(
            Fixtures.Parallel.class,
            Map.of(
                "junit.jupiter.execution.parallel.enabled",
                "true",
                "junit.jupiter.execution.parallel.config.strategy",
                "fixed",
                "junit.jupiter.execution.parallel.config.fixed.parallelism",
                "2"));
    assertThat(endings)
        .hasSize(2)
        .allSatisfy((test, failure) -> assertThat(failure).as(test).isEmpty());
  }

  @Test
  void aFailureLeavesItsPacketsAndAllThatLedThere() throws IOException {
    Throwable failure = failure(run(Fixtures.Failing.class), "afterSomeTraffic(Stack, Faults)");
    assertThat(failure).hasMessage("on purpose");
    Path text = reports.resolve(Fixtures.Failing.class.getName() + ".afterSomeTraffic.txt");
    Path packets = reports.resolve(Fixtures.Failing.class.getName() + ".afterSomeTraffic.pcapng");
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0].toString())
        .contains(packets.toString(), text.toString(), "-Dloopstack.seed=99");
    assertThat(text)
        .content()
        .contains("on purpose", "linux, seed 99, virtual time PT", "lose-two-syns", "applied 2")
        .contains("Netid State", " cwnd:1 bytes_sent:5 bytes_acked:6 ", "Flags [P.]", "length 5")
        .containsPattern("TcpRetransSegs +2\n");
    assertThatCapture(packets).tcp(8080).handshakes(1).bytesSent(5).bytesReceived(0);
    // An assumption that does not hold is no failure.
    assertThat(Files.list(reports)).hasSize(2);
  }

  @Test
  void aTestThatPassesLeavesThemIfThatIsWanted() throws IOException {
    FixtureRunner.run(
        Fixtures.Worlds.class,
        Map.of("loopstack.reports", reports.toString(), "loopstack.reports.all", "true"));
    // Seven worlds and a test; packets and a text of each.
    assertThat(Files.list(reports)).hasSize(16);
    assertThat(reports.resolve(Fixtures.Worlds.class.getName() + ".plain.txt"))
        .content()
        .contains("Failure\n  none");
  }

  @Test
  void theSeedCanBeGiven() throws IOException {
    FixtureRunner.run(
        Fixtures.Failing.class,
        Map.of("loopstack.reports", reports.toString(), "loopstack.seed", "12345"));
    assertThat(reports.resolve(Fixtures.Failing.class.getName() + ".afterSomeTraffic.txt"))
        .content()
        .contains("seed 12345");
  }

  @Test
  void whatATestLeavesOpenIsTold() {
    Map<String, Optional<Throwable>> endings = run(Fixtures.Leaking.class);
    assertThat(failure(endings, "aServer(Stack)"))
        .hasMessageContaining("left open")
        .hasMessageContaining("LISTEN")
        .hasMessageContaining("127.0.0.1:8080");
    assertThat(failure(endings, "aThread(Stack, VirtualClock)"))
        .hasMessageContaining("thread acceptor waits in")
        .hasMessageContaining("accept");
    assertThat(endings.get("told(Stack)")).isEmpty();
    assertThat(endings.get("nothing(Stack)")).isEmpty();
  }

  @Test
  void whatThereIsNotIsRefusedWithTheReason() {
    assertThat(failure(run(Fixtures.Wrong.class), "noClockInRealTime(VirtualClock)"))
        .hasMessageContaining("There is no VirtualClock in real time");
    assertThat(failure(run(Fixtures.TooEarly.class), "never()"))
        .hasMessageContaining("take it as a parameter of the test");
  }

  @Test
  void aProfileRunsATestInEachOfItsWorlds() {
    Map<String, Optional<Throwable>> endings = run(Fixtures.Worlds.class);
    assertThat(endings)
        .containsOnlyKeys(
            "[linux]",
            "[macos]",
            "[windows]",
            "[ipv4-only]",
            "[ipv6-only]",
            "[docker-no-ipv6]",
            "[localhost-v6-first]",
            "plain(Stack, World)")
        .allSatisfy((test, failure) -> assertThat(failure).as(test).isEmpty());
  }

  /** In a JVM of its own, with JUnit 5 instead of 6 on the class path. */
  @ParameterizedTest
  @ValueSource(strings = {"oldest", "newest"})
  void worksOnJUnit5(String version) throws Exception {
    List<String> lines = runOnJUnit5(version);
    assertThat(lines)
        .hasSize(8 + 8 + 2)
        .filteredOn(line -> line.endsWith(" = Optional.empty"))
        .hasSize(16);
    assertThat(lines).anyMatch(line -> line.contains("on purpose"));
    assertThat(Files.list(reports)).hasSize(2);
  }

  private List<String> runOnJUnit5(String version) throws Exception {
    List<String> path = new ArrayList<>();
    Path jars = Path.of("target", "junit5");
    for (Path folder : List.of(jars, jars.resolve(version))) {
      Files.list(folder).filter(f -> f.toString().endsWith(".jar")).forEach(f -> path.add("" + f));
    }
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!entry.contains("junit-") && !entry.contains("opentest4j")) {
        path.add(entry);
      }
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                String.join(File.pathSeparator, path),
                FixtureRunner.class.getName(),
                reports.toString(),
                Fixtures.Passing.class.getName(),
                Fixtures.Worlds.class.getName(),
                Fixtures.Failing.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> lines = process.inputReader().lines().filter(l -> l.contains(" = ")).toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return lines;
  }
}

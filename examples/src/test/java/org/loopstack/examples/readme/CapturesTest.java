// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.loopstack.capture.CaptureReader;

/** Wireshark's own reader on what every example leaves. */
class CapturesTest {
  private static final String WRONG =
      "_ws.malformed || ip.checksum.status == \"Bad\" || tcp.checksum.status == \"Bad\""
          + " || udp.checksum.status == \"Bad\" || icmp.checksum.status == \"Bad\""
          + " || icmpv6.checksum.status == \"Bad\"";

  @TempDir private Path directory;

  private List<Path> captures() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("reports"))) {
      return files.filter(each -> each.toString().endsWith(".pcapng")).sorted().toList();
    }
  }

  private void runAllExamples() {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectPackage("org.loopstack.examples"))
            .filters(includeClassNamePatterns("org\\.loopstack\\.examples\\.\\w+Test"))
            .configurationParameter("loopstack.reports", directory.resolve("reports").toString())
            .configurationParameter("loopstack.reports.all", "true")
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    assertThat(listener.getSummary().getFailures()).isEmpty();
    assertThat(listener.getSummary().getTestsSucceededCount()).isGreaterThan(40);
  }

  @Test
  void noneHasAMalformedPacketOrABadChecksum() throws Exception {
    boolean there =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "tshark")));
    assumeThat(there).as("tshark is not installed: it does not read the examples").isTrue();
    runAllExamples();
    // Captures one behind the other are a capture: each is a section of its own.
    Path all = directory.resolve("all.pcapng");
    long packets = 0;
    try (OutputStream out = Files.newOutputStream(all)) {
      for (Path each : captures()) {
        Files.copy(each, out);
        packets += CaptureReader.readAll(each).size();
      }
    }
    assertThat(tshark(all, "frame.len > 0")).hasSize((int) packets).hasSizeGreaterThan(300);
    assertThat(tshark(all, WRONG)).isEmpty();
  }

  private List<String> tshark(Path capture, String filter)
      throws IOException, InterruptedException {
    Path out = directory.resolve("out.txt");
    Path errors = directory.resolve("errors.txt");
    int exit =
        new ProcessBuilder(
                "tshark",
                "-n",
                "-r",
                capture.toString(),
                "-o",
                "ip.check_checksum:TRUE",
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "udp.check_checksum:TRUE",
                // H2's port is Kafka's, too.
                "--disable-protocol",
                "kafka",
                "-Y",
                filter)
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start()
            .waitFor();
    assertThat(exit).as(Files.readString(errors)).isZero();
    return Files.readAllLines(out);
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.loopstack.testing.Tshark;

/** Wireshark's own reader on what every example leaves. */
class CapturesTest {
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
    Tshark.assumeInstalled();
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
    assertThat(tshark(all, Tshark.WRONG)).isEmpty();
  }

  private static List<String> tshark(Path capture, String filter)
      throws IOException, InterruptedException {
    // H2's port is Kafka's, too.
    return Tshark.read(capture, "--disable-protocol", "kafka", "-Y", filter);
  }
}

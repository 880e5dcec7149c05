// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Compares {@code docs/parity.md} with what the cases have just shown. The build runs this after
 * all cases. With {@code -Dparity=update} it renews the page instead.
 */
class ParityDocumentTest {
  private static final Path COMMITTED = Path.of("..", "docs", "parity.md");
  private static final String COMMAND =
      "docs/parity.md is out of date; renew it: mvn -pl conformance -am verify -Dparity=update";

  private static final Path JSON = Path.of("target", "parity.json");
  private static final Path DOCUMENT = Path.of("target", "parity.md");
  private static final List<String> SUBJECTS =
      List.of(KernelSubject.NAME, LoopstackSubject.NAME, AgentSubject.NAME);

  /** The page of what the three subjects have left, which is in {@code target} then, too. */
  private static String compose() throws IOException {
    ParityReport all = new ParityReport();
    for (String each : SUBJECTS) {
      ParityResults.read(each, all);
    }
    Files.writeString(JSON, ParityJson.of(all.rows()));
    String page = ParityDocument.of(all.rows());
    Files.writeString(DOCUMENT, page);
    return page;
  }

  @Test
  void parityDocumentIsUpToDate() throws IOException {
    for (String each : SUBJECTS) {
      assumeTrue(ParityResults.exist(each), each + " has not run");
    }
    assumeTrue(System.getProperty("conformance.subject", "").isEmpty(), "only one has run");
    assumeTrue(System.getProperty("test", "").isEmpty(), "only some of the cases have run");
    String seen = compose();
    assumeTrue(
        !seen.contains(ParityDocument.NOT_RUN),
        "this machine cannot run every case: conformance/" + DOCUMENT + " says which");
    if ("update".equals(System.getProperty("parity"))) {
      Files.createDirectories(COMMITTED.getParent());
      Files.writeString(COMMITTED, seen);
    }
    assertThat(Files.exists(COMMITTED)).as(COMMAND).isTrue();
    List<String> stale = new ArrayList<>(Files.readAllLines(COMMITTED));
    List<String> missing = new ArrayList<>(seen.lines().toList());
    missing.removeAll(Files.readAllLines(COMMITTED));
    stale.removeAll(seen.lines().toList());
    assertThat(missing).as(COMMAND + "; not in it").isEmpty();
    assertThat(stale).as(COMMAND + "; no longer true").isEmpty();
  }
}

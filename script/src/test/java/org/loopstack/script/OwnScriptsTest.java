// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every script below {@code src/test/scripts}, over IPv4, IPv6 and with sequence numbers that pass
 * 2^31 and 2^32 soon. What our TCP is known to do otherwise stands in {@code deviations.txt}, and
 * has to fail as long as it stands there.
 */
class OwnScriptsTest {
  private static final Path FOLDER = Path.of("src/test/scripts");
  private static final ScriptOptions STRICT = ScriptOptions.DEFAULT.withStrict(true);

  @TestFactory
  Stream<DynamicTest> scriptsOverIpv4() throws IOException {
    return tests(STRICT);
  }

  @TestFactory
  Stream<DynamicTest> scriptsOverIpv6() throws IOException {
    return tests(STRICT.withIpVersion(IpVersion.IPV6));
  }

  @TestFactory
  Stream<DynamicTest> scriptsWithMappedAddresses() throws IOException {
    return tests(STRICT.withIpVersion(IpVersion.IPV4_MAPPED_IPV6));
  }

  @TestFactory
  Stream<DynamicTest> scriptsWhoseSequenceNumbersPassTheirHalf() throws IOException {
    return tests(STRICT.withIsns(0x7fff_fffeL, 0x7fff_fff0L));
  }

  @TestFactory
  Stream<DynamicTest> scriptsWhoseSequenceNumbersWrap() throws IOException {
    return tests(STRICT.withIsns(0xffff_fffeL, 0xffff_fff0L));
  }

  @Test
  void everyDeviationNamesAScript() throws IOException {
    Set<String> names = new HashSet<>();
    for (ScriptRunner.Case each : ScriptRunner.cases(FOLDER)) {
      names.add(each.name());
    }
    assertThat(names).containsAll(deviations()).isNotEmpty();
  }

  private static Stream<DynamicTest> tests(ScriptOptions options) throws IOException {
    List<String> deviations = deviations();
    List<DynamicTest> tests = new ArrayList<>();
    for (ScriptRunner.Case each : ScriptRunner.cases(FOLDER)) {
      boolean deviates = deviations.contains(each.name());
      tests.add(DynamicTest.dynamicTest(each.name(), () -> run(each, options, deviates)));
    }
    return tests.stream();
  }

  private static List<String> deviations() throws IOException {
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(FOLDER.resolve("deviations.txt"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        names.add(line.strip());
      }
    }
    return names;
  }

  private static void run(ScriptRunner.Case script, ScriptOptions options, boolean deviates) {
    ScriptResult result = ScriptRunner.run(script, options);
    Assumptions.assumeFalse(
        result.verdict() == ScriptResult.Verdict.SKIPPED, "skipped: " + result.message());
    if (deviates && result.passed()) {
      fail(script.name() + " passes now: take it out of deviations.txt");
    }
    if (!deviates && !result.passed()) {
      fail(result.message());
    }
    Assumptions.assumeFalse(deviates, "a known deviation: " + result.message());
  }
}

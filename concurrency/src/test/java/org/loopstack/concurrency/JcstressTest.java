// SPDX-License-Identifier: Apache-2.0
package org.loopstack.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Runs all cases, briefly. Longer: {@code -Djcstress="-m default"}, or whatever jcstress's own
 * options are.
 */
class JcstressTest {
  private static final String BRIEFLY =
      "-m quick -f 1 -iters 1 -time 300 -sc false -jvmArgs -XX:+UseSerialGC";

  private static final Pattern RESULTS =
      Pattern.compile(
          "(\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

  /** A signal that is lost shows as a case that never ends. */
  private static final long LIMIT_SECONDS = System.getProperty("jcstress") == null ? 180 : 7200;

  @Test
  void nothingForbiddenHappens() throws Exception {
    Path directory = Files.createDirectories(Path.of("target", "jcstress"));
    Path output = directory.resolve("output.txt");
    int status = run(directory, output);
    String text = Files.readString(output, UTF_8);
    Matcher results = RESULTS.matcher(text);
    int planned = 0;
    while (results.find()) {
      planned = Integer.parseInt(results.group(1));
      assertThat(results.group(3)).as(text).isEqualTo("0");
    }
    assertThat(status).as(text).isZero();
    assertThat(text)
        .contains(planned + " passed, 0 failed, 0 soft errs, 0 hard errs")
        .containsPattern("Failed tests: No matches")
        .containsPattern("Error tests: No matches");
    assertThat(planned).isGreaterThanOrEqualTo(11);
  }

  private static int run(Path directory, Path output) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(List.of(System.getProperty("jcstress", BRIEFLY).split(" ")));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
          .as("a case has not ended: see %s", output)
          .isTrue();
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      Process _ = process.destroyForcibly();
    }
  }
}

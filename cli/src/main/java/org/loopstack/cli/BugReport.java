// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** What is left of something that should not have happened: a file, and one line about it. */
final class BugReport {
  private BugReport() {}

  /** Writes the file and returns the line. */
  static String write(Environment environment, Throwable failure, String... args) {
    StringWriter text = new StringWriter();
    try (PrintWriter out = new PrintWriter(text)) {
      out.println(Instant.now() + " lo " + String.join(" ", args));
      for (String line : new Version().getVersion()) {
        out.println(line);
      }
      failure.printStackTrace(out);
    }
    String what = "this should not have happened: " + firstLine(failure.toString());
    try {
      Path file = Files.createTempFile(StateDirectory.of(environment), "bug-", ".txt");
      Files.writeString(file, text.toString());
      return what + "; details are in " + file;
    } catch (IOException e) {
      return what + "; its details could not be written (" + e.getMessage() + ")";
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The end of a test: what is told of it, and where. */
final class Ending {
  private final TestStack test;
  private final ExtensionContext context;
  private final @Nullable Throwable failure;
  private final List<String> leaks;
  private final Leaks mode;

  private Ending(TestStack test, ExtensionContext context, Leaks mode) {
    this.test = test;
    this.context = context;
    this.mode = mode;
    this.failure = context.getExecutionException().orElse(null);
    this.leaks = mode == Leaks.IGNORE ? List.of() : test.leaks().look(test);
  }

  static Ending of(TestStack test, ExtensionContext context, Leaks mode) {
    return new Ending(test, context, mode);
  }

  /**
   * Writes the report of a failure, and tells of what was left.
   *
   * @throws AssertionError if leaks are failures
   */
  void tell() {
    Throwable failed = failure;
    if (failed != null && !isAborted(failed)) {
      reportTo(failed);
    } else if (!leaks.isEmpty() && failed == null) {
      if (mode == Leaks.FAIL) {
        AssertionError leaked = new AssertionError(leaksInWords());
        reportTo(leaked);
        throw leaked;
      }
      System.err.println("Loopstack: " + LoopbackExtension.name(context) + " " + leaksInWords());
      context.publishReportEntry("loopstack.leaks", String.join("; ", leaks));
    }
  }

  /** An assumption that does not hold is no failure; known by name, as its jar may be missing. */
  private static boolean isAborted(Throwable failure) {
    return failure.getClass().getName().endsWith(".TestAbortedException");
  }

  private String leaksInWords() {
    return "left open:\n  " + String.join("\n  ", leaks);
  }

  private void reportTo(Throwable failed) {
    FailureReport report = new FailureReport(test, context, failed, leaks);
    String told;
    try {
      Path text = report.write();
      told = report.summary(text);
      context.publishReportEntry("loopstack.report", text.toString());
    } catch (IOException e) {
      told = "The report could not be written: " + e + "\n" + report.text();
    }
    System.err.println("Loopstack: " + LoopbackExtension.name(context) + " failed\n" + told);
    failed.addSuppressed(new LoopbackReport(told));
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.loopstack.engine.VirtualClock;

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
    this.leaks = mode == Leaks.IGNORE ? List.of() : look(test);
  }

  static Ending of(TestStack test, ExtensionContext context, Leaks mode) {
    return new Ending(test, context, mode);
  }

  /** Threads of the test that are just closing what they have get to the end of it first. */
  private static List<String> look(TestStack test) {
    VirtualClock clock = test.clock();
    if (clock != null && !test.leaks().look(test).isEmpty()) {
      clock.settle();
    }
    return test.leaks().look(test);
  }

  /**
   * Writes the report of a failure, or of every test if that is wanted, and tells of what was left.
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
    if (failed == null && isWantedOfAll()) {
      reportOnSuccess();
    }
  }

  private boolean isWantedOfAll() {
    return context
        .getConfigurationParameter("loopstack.reports.all")
        .map(Boolean::parseBoolean)
        .orElse(false);
  }

  private void reportOnSuccess() {
    try {
      Path text = new TestReport(test, context, null, leaks).write();
      context.publishReportEntry("loopstack.report", text.toString());
    } catch (IOException e) {
      throw new UncheckedIOException("The report could not be written: " + e.getMessage(), e);
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
    TestReport report = new TestReport(test, context, failed, leaks);
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

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs test classes of {@link Fixtures} by whatever JUnit is on the class path, 5 or 6, and says
 * how each test ended.
 */
final class FixtureRunner {
  private FixtureRunner() {}

  /** Runs classes, and prints a line for each of their tests; the reports' folder comes first. */
  public static void main(String[] arguments) throws Exception {
    for (int i = 1; i < arguments.length; i++) {
      run(Class.forName(arguments[i]), Map.of("loopstack.reports", arguments[0]))
          .forEach((name, ending) -> System.out.println(name + " = " + ending));
    }
    System.exit(0);
  }

  /** The failure of each test by its name; nothing if it has passed. */
  static Map<String, Optional<Throwable>> run(Class<?> fixture, Map<String, String> parameters) {
    ConcurrentMap<String, Optional<Throwable>> endings = new ConcurrentHashMap<>();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(fixture))
            .configurationParameters(parameters)
            .build();
    LauncherFactory.create()
        .execute(
            request,
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getThrowable().isPresent()) {
                  endings.put(test.getDisplayName(), result.getThrowable());
                }
              }
            });
    return endings;
  }
}

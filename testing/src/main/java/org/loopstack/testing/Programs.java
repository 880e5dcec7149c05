// SPDX-License-Identifier: Apache-2.0
package org.loopstack.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The programs of this machine. */
public final class Programs {
  /** Where the system's own are; no path of an ordinary user leads there. */
  private static final String SYSTEM = ":/usr/sbin:/sbin";

  private Programs() {}

  /** The folders that are searched, as the environment's {@code PATH}. */
  public static String path() {
    return Optional.ofNullable(System.getenv("PATH")).orElse("") + SYSTEM;
  }

  /** Whether there is one of that name. */
  public static boolean exist(String name) {
    return Stream.of(path().split(":", -1))
        .filter(folder -> !folder.isEmpty())
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }

  /**
   * Skips the calling test if a program is missing.
   *
   * @param untested what then nobody looks at, for the line that says so
   */
  public static void assume(String name, String untested) {
    assumeTrue(exist(name), () -> name + " is not installed: " + untested + " is not tested");
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A local repository of Maven in which the artifacts of this build are installed, beside all that
 * is in the user's own: that one is linked to, and nothing is installed there.
 */
final class LocalRepository {
  private static final String VERSION = System.getProperty("loopstack.version", "");

  /** The folder of this build. */
  private static final Path BUILD = Path.of("..").toAbsolutePath().normalize();

  private LocalRepository() {}

  /**
   * Whether there are jars of a module, and of the classes that are there now: {@code mvn test}
   * makes none.
   */
  static boolean isBuilt(String module) throws IOException {
    Path jar = jar(module);
    if (!Files.exists(jar)) {
      return false;
    }
    try (Stream<Path> classes = Files.walk(BUILD.resolve(module).resolve("target/classes"))) {
      for (Path each : classes.filter(Files::isRegularFile).toList()) {
        if (Files.getLastModifiedTime(each).compareTo(Files.getLastModifiedTime(jar)) > 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static Path jar(String module) {
    return BUILD.resolve(module).resolve("target/loopstack-" + module + "-" + VERSION + ".jar");
  }

  /** Makes the repository in a new folder. */
  static void make(Path folder, Path users, List<String> modules) throws IOException {
    Files.createDirectories(folder);
    linkAll(users, folder, "org");
    linkAll(users.resolve("org"), folder.resolve("org"), "loopstack");
    Path group = folder.resolve("org/loopstack");
    install(group, "loopstack", BUILD.resolve("pom.xml"), null);
    for (String module : modules) {
      install(group, "loopstack-" + module, BUILD.resolve(module).resolve("pom.xml"), jar(module));
    }
  }

  private static void linkAll(Path from, Path to, String except) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> entries = Files.list(from)) {
      for (Path each : entries.toList()) {
        if (!each.endsWith(except)) {
          Files.createSymbolicLink(to.resolve(each.getFileName()), each.toAbsolutePath());
        }
      }
    }
  }

  private static void install(
      Path group, String artifact, Path pom, @org.jspecify.annotations.Nullable Path jar)
      throws IOException {
    Path folder = Files.createDirectories(group.resolve(artifact).resolve(VERSION));
    Files.copy(pom, folder.resolve(artifact + "-" + VERSION + ".pom"));
    if (jar != null) {
      Files.copy(jar, folder.resolve(jar.getFileName()));
    }
  }
}

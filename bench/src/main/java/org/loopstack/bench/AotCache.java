// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM's ahead-of-time cache (JEP 483, JEP 514): the classes that a program has loaded and linked,
 * for the next time that it is run. A temporary file, gone when this JVM ends.
 */
public final class AotCache {
  private static final long TRAINING_SECONDS = 30;

  private final Path file;

  private AotCache(Path file) {
    this.file = file;
  }

  /** Whether one can be made of what is on the class path: of jars, not of folders. */
  public static boolean isPossible() {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && !Files.isRegularFile(Path.of(entry))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Runs the program once and keeps what it has loaded.
   *
   * @throws IOException if no cache came of it
   */
  public static AotCache train(Class<?> main, List<String> arguments)
      throws IOException, InterruptedException {
    if (!isPossible()) {
      throw new IOException("an AOT cache needs a class path of jars, without folders");
    }
    Path file = Files.createTempFile("loopstack-bench", ".aot");
    file.toFile().deleteOnExit();
    Files.delete(file);
    Process training =
        JavaProcess.like(List.of("-XX:AOTCacheOutput=" + file, "-Xlog:disable"), main, arguments)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    training.getOutputStream().close();
    if (!training.waitFor(TRAINING_SECONDS, TimeUnit.SECONDS)) {
      training.destroyForcibly();
    }
    if (!Files.exists(file)) {
      throw new IOException("this JVM makes no AOT cache of " + main.getSimpleName());
    }
    return new AotCache(file);
  }

  /** The options of a JVM that uses it. */
  public List<String> options() {
    return List.of("-XX:AOTCache=" + file, "-Xlog:disable");
  }
}

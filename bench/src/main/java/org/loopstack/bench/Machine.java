// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * What the figures were measured on.
 *
 * @param cores how many processors the JVM sees
 * @param cpu the processor's model
 * @param operatingSystem its name and version
 * @param java the JVM's version and maker
 * @param collector the garbage collectors' names
 * @param heapMebibytes how large the heap may become
 * @param carriers how many threads carry virtual threads
 */
public record Machine(
    int cores,
    String cpu,
    String operatingSystem,
    String java,
    String collector,
    long heapMebibytes,
    int carriers) {
  /** This machine and this JVM. */
  public static Machine here() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new Machine(
        cores,
        cpuModel(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .collect(Collectors.joining(", ")),
        Runtime.getRuntime().maxMemory() >> 20,
        Integer.getInteger("jdk.virtualThreadScheduler.parallelism", cores));
  }

  private static String cpuModel() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Not Linux, or a container without /proc: the architecture has to do.
    }
    return System.getProperty("os.arch");
  }
}

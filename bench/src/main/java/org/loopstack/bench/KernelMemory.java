// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux has taken for its own objects, sockets among them. */
public final class KernelMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");

  private KernelMemory() {}

  /** Whether this machine tells. */
  public static boolean isReadable() {
    return Files.isReadable(MEMINFO);
  }

  /** The kernel's slabs that it cannot give back, in bytes; 0 where the machine does not tell. */
  public static long bytes() {
    if (!isReadable()) {
      return 0;
    }
    try {
      return parse(Files.readAllLines(MEMINFO));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long parse(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith("SUnreclaim:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    return 0;
  }
}

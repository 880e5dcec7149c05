// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;

/** Whether Java can open a selector, which every server and HTTP client does first. */
public final class SelectorCheck implements Check {
  private static final long SLOW_MILLIS = 250;

  @Override
  public String name() {
    return "selector";
  }

  @Override
  public List<Finding> look(Machine machine) {
    long millis;
    try {
      millis = time(machine);
      if (millis >= SLOW_MILLIS) {
        // Once may be by chance: of what Java loads for the first.
        millis = time(machine);
      }
    } catch (IOException e) {
      return List.of(
          Finding.error(
              "Java cannot open a selector: " + e.getMessage(),
              "no server and no HTTP client of Java's starts: \"Unable to establish loopback"
                  + " connection\" or \"Too many open files\"",
              "ulimit -n 65536; cat /proc/sys/fs/epoll/max_user_watches"));
    }
    if (millis >= SLOW_MILLIS) {
      return List.of(
          Finding.warning(
              "opening a selector takes " + millis + " ms",
              "every server and HTTP client of Java's begins with that",
              "a security module or an overloaded machine: top; dmesg"));
    }
    return List.of();
  }

  private static long time(Machine machine) throws IOException {
    long start = System.nanoTime();
    machine.probe().selector();
    return (System.nanoTime() - start) / 1_000_000;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.machine.MachineFiles;

/** Whether programs may open enough files: each connection is one, at either end. */
public final class OpenFilesCheck implements Check {
  private static final String LINE = "Max open files";
  private static final long FEW = 1024;

  @Override
  public String name() {
    return "open-files";
  }

  @Override
  public List<Finding> look(Machine machine) {
    MachineFiles files = machine.files();
    List<Finding> found = new ArrayList<>();
    // Java raises its own limit: that of whoever has started it is what other programs have.
    List<String> limits = files.lines("proc/" + machine.parent() + "/limits");
    if (limits.isEmpty()) {
      limits = files.lines("proc/self/limits");
    }
    for (String line : limits) {
      if (line.startsWith(LINE)) {
        String[] words = line.substring(LINE.length()).strip().split("\\s+", -1);
        addLimit(found, words[0], words[1]);
      }
    }
    List<String> all = files.words("proc/sys/fs/file-nr");
    if (all.size() == 3) {
      long open = Long.parseLong(all.get(0));
      long most = Long.parseLong(all.get(2));
      if (open > most / 10 * 9) {
        found.add(
            Finding.error(
                open + " files are open on this machine, and " + most + " may be",
                "soon no program opens a socket: \"Too many open files in system\"",
                "sysctl -w fs.file-max=" + 2 * most));
      }
    }
    return found;
  }

  private static void addLimit(List<Finding> found, String soft, String hard) {
    if (!soft.equals("unlimited") && Long.parseLong(soft) < FEW) {
      found.add(
          Finding.warning(
              "a program may have " + soft + " files open",
              "a server has that many connections at most, and both ends are counted on a"
                  + " loopback; then: \"Too many open files\"",
              "ulimit -n " + (hard.equals("unlimited") ? "65536" : hard)));
    }
  }
}

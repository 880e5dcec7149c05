// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which processes have which sockets open, by the descriptors under /proc: one's own for a user,
 * all for root. A picture of one moment.
 */
public final class Processes {
  private static final String SOCKET = "socket:[";

  private final MachineFiles files;
  private final Map<Long, List<Long>> owners = new HashMap<>();
  private final Map<Long, MachineProcess> known = new HashMap<>();
  private final Map<String, Long> namespaces = new LinkedHashMap<>();
  private boolean complete = true;

  /** Looks. */
  public Processes(MachineFiles files) {
    this.files = files;
    for (String name : files.names("proc")) {
      if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
        look(Long.parseLong(name));
      }
    }
  }

  private void look(long pid) {
    String folder = "proc/" + pid;
    String namespace = files.link(folder + "/ns/net");
    if (namespace == null) {
      // Another user's, unless it has just ended.
      complete &= !files.exists(folder + "/fd");
      return;
    }
    namespaces.putIfAbsent(namespace, pid);
    for (String descriptor : files.names(folder + "/fd")) {
      String link = files.link(folder + "/fd/" + descriptor);
      if (link != null && link.startsWith(SOCKET)) {
        long inode = Long.parseLong(link.substring(SOCKET.length(), link.length() - 1));
        List<Long> pids = owners.computeIfAbsent(inode, _ -> new ArrayList<>());
        if (!pids.contains(pid)) {
          pids.add(pid);
        }
      }
    }
  }

  /** Who has a socket open, by its {@code inode}: none that this user may see, one, or several. */
  public List<MachineProcess> having(long inode) {
    return owners.getOrDefault(inode, List.of()).stream().map(this::process).toList();
  }

  private MachineProcess process(long pid) {
    return known.computeIfAbsent(pid, this::read);
  }

  private MachineProcess read(long pid) {
    String folder = "proc/" + pid;
    String name = files.text(folder + "/comm");
    String line = files.text(folder + "/cmdline");
    return new MachineProcess(
        pid,
        name == null ? "?" : name.strip(),
        line == null ? "" : line.replace('\0', ' ').strip(),
        Containers.of(files.lines(folder + "/cgroup")));
  }

  /** The network namespaces that are in use, as {@code net:[4026531840]}, with one who is there. */
  public Map<String, Long> namespaces() {
    return Map.copyOf(namespaces);
  }

  /** Whether all processes could be looked at. */
  public boolean isComplete() {
    return complete;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.loopstack.wire.IpAddress;

/** The names that the machine knows without asking anybody: hosts(5). */
final class HostsFile {
  private HostsFile() {}

  /** By name, in lower case, localhost first; broken lines are left out. */
  static Map<String, List<IpAddress>> names(MachineFiles files) {
    Map<String, List<IpAddress>> names = new LinkedHashMap<>();
    names.put(
        "localhost", new ArrayList<>(List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK)));
    for (String line : files.lines("etc/hosts")) {
      String[] words = line.replaceFirst("#.*", "").strip().split("\\s+", -1);
      try {
        IpAddress address = IpAddress.parse(words[0]);
        for (int i = 1; i < words.length; i++) {
          List<IpAddress> all =
              names.computeIfAbsent(words[i].toLowerCase(Locale.ROOT), _ -> new ArrayList<>());
          if (!all.contains(address)) {
            all.add(address);
          }
        }
      } catch (IllegalArgumentException e) {
        // An empty line, a comment, or a mistake of somebody's.
      }
    }
    return names;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.loopstack.transport.info.TcpMemoryInfo;

/** What the kernel has counted, by the names that {@code nstat} prints. */
final class MachineCounters {
  private static final String NET = "proc/thread-self/net/";

  private MachineCounters() {}

  static Map<String, Long> read(MachineFiles files) {
    Map<String, Long> all = new LinkedHashMap<>();
    pairs(all, files.lines(NET + "snmp"));
    for (String line : files.lines(NET + "snmp6")) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length == 2) {
        all.put(words[0], Long.parseLong(words[1]));
      }
    }
    pairs(all, files.lines(NET + "netstat"));
    return all;
  }

  /** By {@code /proc/net/sockstat} and {@code tcp_mem}, which count pages. */
  static TcpMemoryInfo tcpMemory(MachineFiles files) {
    long page = 4096;
    long held = 0;
    for (String line : files.lines(NET + "sockstat")) {
      int mem = line.indexOf(" mem ");
      if (line.startsWith("TCP:") && mem > 0) {
        held = Long.parseLong(line.substring(mem + 5).strip()) * page;
      }
    }
    List<String> bounds = files.words("proc/sys/net/ipv4/tcp_mem");
    boolean known = bounds.size() == 3;
    return new TcpMemoryInfo(
        held,
        known ? Long.parseLong(bounds.get(0)) * page : 0,
        known ? Long.parseLong(bounds.get(1)) * page : 0,
        known ? Long.parseLong(bounds.get(2)) * page : 0,
        Map.of());
  }

  /** Two lines each: {@code Tcp: RtoAlgorithm ...} and {@code Tcp: 1 ...}. */
  private static void pairs(Map<String, Long> all, List<String> lines) {
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String[] names = lines.get(i).split(" ", -1);
      String[] values = lines.get(i + 1).split(" ", -1);
      String group = names[0].replace(":", "");
      for (int k = 1; k < Math.min(names.length, values.length); k++) {
        all.put(group + names[k], Long.parseLong(values[k]));
      }
    }
  }
}

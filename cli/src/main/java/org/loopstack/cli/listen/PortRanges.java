// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.util.List;
import org.loopstack.cli.machine.MachineFiles;

/**
 * Which ports the kernel treats in its own way: {@code ip-sysctl}'s numbers.
 *
 * @param firstEphemeral the first that is given to who asks for any
 * @param lastEphemeral the last
 * @param firstUnprivileged below it only the privileged may bind
 * @param reserved ranges that are not given to who asks for any, as {@code 8080,9000-9010}
 */
public record PortRanges(
    int firstEphemeral, int lastEphemeral, int firstUnprivileged, String reserved) {
  private static final String IPV4 = "proc/sys/net/ipv4/";

  /** Those of the calling thread's network. */
  public static PortRanges read(MachineFiles files) {
    List<String> range = files.words(IPV4 + "ip_local_port_range");
    boolean known = range.size() == 2;
    return new PortRanges(
        known ? Integer.parseInt(range.get(0)) : 32_768,
        known ? Integer.parseInt(range.get(1)) : 60_999,
        (int) files.number(IPV4 + "ip_unprivileged_port_start", 1024),
        String.join("", files.words(IPV4 + "ip_local_reserved_ports")));
  }

  /** Whether the kernel may give it to who asks for any. */
  public boolean isEphemeral(int port) {
    return port >= firstEphemeral && port <= lastEphemeral && !isReserved(port);
  }

  /** Whether it is taken out of the ephemeral ports. */
  public boolean isReserved(int port) {
    for (String part : reserved.split(",", -1)) {
      String[] ends = part.split("-", -1);
      if (!part.isEmpty()
          && port >= Integer.parseInt(ends[0])
          && port <= Integer.parseInt(ends[ends.length - 1])) {
        return true;
      }
    }
    return false;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.info;

import java.util.Map;

/**
 * What the TCP connections of a stack hold together, as Linux shows it in {@code
 * /proc/net/sockstat} and {@code nstat}. Immutable.
 *
 * @param held in bytes: the arrays that are kept alive for them, rounded up to pages
 * @param low below this pressure ends
 * @param pressure beyond this no window grows
 * @param high beyond this what arrives and is written has to wait
 * @param counters what was done about it so far, by the names of {@code nstat}
 */
public record TcpMemoryInfo(
    long held, long low, long pressure, long high, Map<String, Long> counters) {
  /** Copies the map. */
  public TcpMemoryInfo {
    counters = Map.copyOf(counters);
  }
}

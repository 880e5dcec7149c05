// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

/**
 * Which ports a stack hands out.
 *
 * @param firstEphemeral the lowest port that is chosen for a caller who names none
 * @param lastEphemeral the highest such port
 * @param unprivilegedStart binding a port below this one is refused with EACCES; 0: none is
 * @param splitByParity whether TCP gives odd ports to {@code bind} and even ones to {@code connect}
 *     as long as there are any, as Linux, or takes either
 */
public record PortRange(
    int firstEphemeral, int lastEphemeral, int unprivilegedStart, boolean splitByParity) {
  /**
   * The default of Linux for ephemeral ports (ip_local_port_range), wider than the 49152 to 65535
   * of RFC 6335 section 6; every port may be bound, for a stack belongs to whoever created it.
   */
  public static final PortRange DEFAULT = new PortRange(32_768, 60_999, 0);

  /** A range that is split by parity. */
  public PortRange(int firstEphemeral, int lastEphemeral, int unprivilegedStart) {
    this(firstEphemeral, lastEphemeral, unprivilegedStart, true);
  }

  /** Checks the bounds. */
  public PortRange {
    if (firstEphemeral < 1 || lastEphemeral > 65_535 || firstEphemeral > lastEphemeral) {
      throw new IllegalArgumentException(
          "Ephemeral ports are a range within 1 to 65535: "
              + firstEphemeral
              + " to "
              + lastEphemeral);
    }
    if (unprivilegedStart < 0 || unprivilegedStart > 65_536) {
      throw new IllegalArgumentException(
          "The first unprivileged port is 0 to 65536: " + unprivilegedStart);
    }
  }

  /** How many ephemeral ports there are. */
  public int size() {
    return lastEphemeral - firstEphemeral + 1;
  }
}

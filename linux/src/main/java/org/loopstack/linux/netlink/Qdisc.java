// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

/**
 * A queueing discipline of an interface ({@code tc qdisc}).
 *
 * @param linkIndex whose
 * @param kind as {@code noqueue}, {@code netem}, {@code tbf}, {@code clsact}
 * @param handle its number, the major part in the upper 16 bits
 * @param parent where it hangs; {@link #ROOT} for the outermost
 */
public record Qdisc(int linkIndex, String kind, int handle, int parent) {
  /** TC_H_ROOT. */
  public static final int ROOT = 0xffff_ffff;
}

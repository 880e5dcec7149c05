// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * A line of a route table as the kernel tells it.
 *
 * @param destination where to
 * @param type as {@link #LOCAL}: {@code RTN_} of rtnetlink(7)
 * @param table 254 main, 255 local, 253 default, or another
 * @param protocol who has made it: 2 the kernel, 3 at boot, 4 an administrator, 9 router
 *     advertisements, 16 DHCP, or another of {@code rt_protos}
 * @param scope as of {@link LinkAddress}; 255 nowhere
 * @param gateway the next hop, or null
 * @param linkIndex by which interface; 0 for none
 * @param source the address to send from, or null
 * @param metric the lowest wins
 * @param preference of a router (RFC 4191): 0 medium, 1 high, 3 low; -1 if there is none
 * @param cloned whether it is the kernel's memory of an answer and no line of the table
 */
public record RouteEntry(
    IpPrefix destination,
    int type,
    int table,
    int protocol,
    int scope,
    @Nullable IpAddress gateway,
    int linkIndex,
    @Nullable IpAddress source,
    long metric,
    int preference,
    boolean cloned) {
  /** RTN_UNICAST. */
  public static final int UNICAST = 1;

  /** RTN_LOCAL: for this host. */
  public static final int LOCAL = 2;

  /** The table of what is for this host. */
  public static final int LOCAL_TABLE = 255;

  /** The table that people mean. */
  public static final int MAIN_TABLE = 254;
}

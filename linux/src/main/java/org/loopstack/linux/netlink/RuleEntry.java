// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpPrefix;

/**
 * A rule that says which route table is asked ({@code ip rule}).
 *
 * @param ipv6 of which IP version
 * @param priority the lowest comes first
 * @param from the sources that it is for, or null for all
 * @param to the destinations that it is for, or null for all
 * @param inputLink the interface that a datagram must have come by, or null; {@code lo} means this
 *     host's own
 * @param outputLink the interface that a socket must be bound to, or null
 * @param mark the firewall mark that it is for, 0 for any
 * @param table which table
 * @param action 1 to look there; 6 blackhole, 7 unreachable, 8 prohibit
 */
public record RuleEntry(
    boolean ipv6,
    long priority,
    @Nullable IpPrefix from,
    @Nullable IpPrefix to,
    @Nullable String inputLink,
    @Nullable String outputLink,
    long mark,
    int table,
    int action) {}

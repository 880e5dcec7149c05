// SPDX-License-Identifier: Apache-2.0

/**
 * The kernel's own word about its network, asked for by netlink(7) instead of read from other
 * programs' text: {@link org.loopstack.linux.netlink.RouteNetlink} for links, addresses, routes,
 * rules and queueing disciplines (rtnetlink(7)), {@link
 * org.loopstack.linux.netlink.SocketDiagnosis} for sockets (sock_diag(7)), {@link
 * org.loopstack.linux.netlink.Nftables} for firewall rules. What fails is a {@link
 * org.loopstack.linux.netlink.NetlinkException}.
 *
 * <p>A netlink socket belongs to the network namespace of the thread that opens it.
 */
@NullMarked
package org.loopstack.linux.netlink;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * A router in user mode: lets a stack, or whoever is at the other end of a link, reach what some
 * sockets reach, without any privilege. Connections and datagrams end at a stack of the router's
 * that answers for every address, and go on by sockets of the other side.
 */
@NullMarked
package org.loopstack.relay.gateway;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * What carries datagrams below IP: the {@link org.loopstack.link.Link} that anybody can write, the
 * loopback that turns datagrams round, and a wire between two stacks of one JVM. A link knows
 * nothing of addresses and routes; it counts nothing, the interface above it does.
 */
@NullMarked
package org.loopstack.link;

import org.jspecify.annotations.NullMarked;

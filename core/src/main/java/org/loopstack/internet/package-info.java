// SPDX-License-Identifier: Apache-2.0

/**
 * IP output and input for both versions: routes, source selection, fragmentation and reassembly,
 * ICMP, group membership and neighbours.
 */
@NullMarked
package org.loopstack.internet;

import org.jspecify.annotations.NullMarked;

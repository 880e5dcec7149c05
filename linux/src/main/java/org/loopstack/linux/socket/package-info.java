// SPDX-License-Identifier: Apache-2.0

/**
 * Sockets of the kernel that the JDK does not have: for ICMP echo, and raw ones; and what it does
 * not tell and set of its own: TCP_INFO and TCP_CONGESTION.
 */
@NullMarked
package org.loopstack.linux.socket;

import org.jspecify.annotations.NullMarked;

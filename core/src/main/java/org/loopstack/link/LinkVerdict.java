// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

/**
 * What a {@link LinkFilter} did with a datagram, for those who look.
 *
 * @param delivered whether the datagram goes on; else it ends here
 * @param text in words, as {@code dropped by "loss 1%"} or {@code held 50ms by "latency 50ms"}
 */
public record LinkVerdict(boolean delivered, String text) {}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * What is known of a handshake of which nothing was kept, from the acknowledgment that ends it.
 *
 * @param peerMss the MSS that the peer offered, rounded down to one of a few
 * @param timestamps whether timestamps are in use; without them, neither are the others
 * @param windowShift the peer's window scale, or -1 for none
 * @param selectiveAcknowledgment whether SACK is permitted
 * @param ecn whether ECN was agreed on
 */
record SynCookie(
    int peerMss,
    boolean timestamps,
    int windowShift,
    boolean selectiveAcknowledgment,
    boolean ecn) {}

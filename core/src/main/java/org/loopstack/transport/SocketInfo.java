// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import org.jspecify.annotations.Nullable;
import org.loopstack.transport.info.SocketDetails;

/**
 * What one endpoint looks like from outside, for the inspector.
 *
 * @param protocol tcp, udp or icmp
 * @param state as {@code ss} names it: LISTEN, ESTAB, TIME-WAIT, UNCONN ...
 * @param receiveQueue bytes that wait to be read; of a listener, connections that wait
 * @param sendQueue bytes that are not acknowledged; of a listener, its backlog
 * @param local where it is bound
 * @param remote the other end, or null
 * @param details what there is to see inside, or null
 */
public record SocketInfo(
    String protocol,
    String state,
    long receiveQueue,
    long sendQueue,
    TransportAddress local,
    @Nullable TransportAddress remote,
    @Nullable SocketDetails details) {}

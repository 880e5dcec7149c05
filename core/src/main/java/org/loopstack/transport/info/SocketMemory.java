// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.info;

/**
 * What a socket's buffers hold, as {@code ss -m} shows it, in bytes. Immutable.
 *
 * @param received kept alive for what has arrived and was not read
 * @param receiveBuffer how much of that there may be
 * @param sent kept alive for what was written and is not acknowledged
 * @param sendBuffer how much of that there may be
 * @param drops datagrams that found the receive buffer full
 */
public record SocketMemory(
    long received, long receiveBuffer, long sent, long sendBuffer, long drops) {}

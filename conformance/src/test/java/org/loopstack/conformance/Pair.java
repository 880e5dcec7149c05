// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.nio.channels.SocketChannel;

/**
 * The two ends of a connection.
 *
 * @param client the end that connected
 * @param server the end that was accepted
 */
public record Pair(SocketChannel client, SocketChannel server) {}

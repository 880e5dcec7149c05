// SPDX-License-Identifier: Apache-2.0

/**
 * A whole unmodified JVM on a stack: {@code java -javaagent:loopstack-agent.jar -jar app.jar}.
 *
 * <p>Loopback addresses are the stack, everything else is the machine's network as before. A socket
 * belongs to neither until it is bound or connected; then it becomes one of the stack's or one of
 * the JDK's own, and everything goes straight through to that. What listens on the wildcard address
 * listens on both. One {@link org.loopstack.agent.MixedSelector} serves all of them. The decision
 * and what else was considered: {@code docs/adr/0003-mixed-sockets.md}.
 */
@NullMarked
package org.loopstack.agent;

import org.jspecify.annotations.NullMarked;

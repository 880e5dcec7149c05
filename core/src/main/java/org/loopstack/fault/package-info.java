// SPDX-License-Identifier: Apache-2.0

/**
 * Making the network misbehave on purpose, packet by packet and repeatably. {@link
 * org.loopstack.fault.Faults} are the rules of one interface, {@link org.loopstack.fault.Fault} is
 * a rule: a {@link org.loopstack.fault.Match} that says which datagrams, what happens to them, and
 * to which of those that match.
 *
 * <pre>{@code
 * stack.loopback().faults().add(Fault.on(Match.tcp().dstPort(8080).syn()).drop().times(2));
 * stack.loopback().faults().add("latency 50ms jitter 10ms");
 * }</pre>
 */
@NullMarked
package org.loopstack.fault;

import org.jspecify.annotations.NullMarked;

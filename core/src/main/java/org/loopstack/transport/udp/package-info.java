// SPDX-License-Identifier: Apache-2.0

/** UDP endpoints: queues of datagrams, group membership, and the ICMP errors that reach a user. */
@NullMarked
package org.loopstack.transport.udp;

import org.jspecify.annotations.NullMarked;

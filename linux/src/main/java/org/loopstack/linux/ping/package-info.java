// SPDX-License-Identifier: Apache-2.0

/** Echo requests over the kernel's own sockets for them (icmp(7)), without privileges. */
@NullMarked
package org.loopstack.linux.ping;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Cases: UDP and ICMP errors on the loopback. */
@NullMarked
package org.loopstack.conformance.udp;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * Links that carry Ethernet frames, by a TAP: IP over Ethernet (RFC 894, RFC 2464), with the
 * finding of neighbours, by ARP (RFC 826) and for IPv6 by solicitations (RFC 4861).
 */
@NullMarked
package org.loopstack.linux.ethernet;

import org.jspecify.annotations.NullMarked;

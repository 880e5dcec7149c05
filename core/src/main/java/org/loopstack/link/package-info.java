// SPDX-License-Identifier: Apache-2.0

/**
 * Links, which carry datagrams: the loopback, the point-to-point wire, the interface to write one's
 * own, and the taps on them.
 */
@NullMarked
package org.loopstack.link;

import org.jspecify.annotations.NullMarked;

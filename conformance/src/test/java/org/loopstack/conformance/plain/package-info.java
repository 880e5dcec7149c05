// SPDX-License-Identifier: Apache-2.0
/** The sockets of {@code java.net} that have no channel. */
@NullMarked
package org.loopstack.conformance.plain;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/** What a user can learn about a socket's inner state: plain values that depend on nothing. */
@NullMarked
package org.loopstack.transport.info;

import org.jspecify.annotations.NullMarked;

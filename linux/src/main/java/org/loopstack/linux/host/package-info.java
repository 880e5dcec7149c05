// SPDX-License-Identifier: Apache-2.0

/** A stack on the machine's own network: an address that every program of the machine reaches. */
@NullMarked
package org.loopstack.linux.host;

import org.jspecify.annotations.NullMarked;

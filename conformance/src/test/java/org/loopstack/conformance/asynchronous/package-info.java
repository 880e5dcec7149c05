// SPDX-License-Identifier: Apache-2.0
/** Asynchronous channels and their groups. */
@NullMarked
package org.loopstack.conformance.asynchronous;

import org.jspecify.annotations.NullMarked;

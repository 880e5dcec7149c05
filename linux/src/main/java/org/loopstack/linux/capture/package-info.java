// SPDX-License-Identifier: Apache-2.0

/** What passes an interface of the kernel's, for captures (packet(7)). */
@NullMarked
package org.loopstack.linux.capture;

import org.jspecify.annotations.NullMarked;

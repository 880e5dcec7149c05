// SPDX-License-Identifier: Apache-2.0

/** Processes: becoming another program, and ending those that are in a namespace. */
@NullMarked
package org.loopstack.linux.process;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * What the stack takes from the machine, behind interfaces that a simulation can replace: the
 * clock, timers, the run queue and randomness.
 */
@NullMarked
package org.loopstack.engine;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * What happens when two threads do something at the same time, tried a million times by jcstress:
 * the shell around a core, waiting, and the reuse of memory. Each class says what may come of it.
 */
@NullMarked
package org.loopstack.concurrency;

import org.jspecify.annotations.NullMarked;

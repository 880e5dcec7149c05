// SPDX-License-Identifier: Apache-2.0

/**
 * What is compared: each kind of work in a class of its own, written against {@code java.nio}
 * alone. Every load goes to 127.0.0.1 and is bounded in count and time.
 */
@NullMarked
package org.loopstack.bench.rows;

import org.jspecify.annotations.NullMarked;

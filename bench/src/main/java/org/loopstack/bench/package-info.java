// SPDX-License-Identifier: Apache-2.0

/**
 * The kernel's loopback against ours, side by side in one process: the harness, the two sides and
 * what is printed. The work itself is in {@link org.loopstack.bench.rows}.
 */
@NullMarked
package org.loopstack.bench;

import org.jspecify.annotations.NullMarked;

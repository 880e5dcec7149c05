// SPDX-License-Identifier: Apache-2.0

/**
 * {@code lo listen}: who listens on the machine, who can reach it, what should not be reached, and
 * why a port cannot be had.
 */
@NullMarked
package org.loopstack.cli.listen;

import org.jspecify.annotations.NullMarked;

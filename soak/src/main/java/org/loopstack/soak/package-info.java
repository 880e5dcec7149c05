// SPDX-License-Identifier: Apache-2.0

/**
 * The seeded simulation: two stacks, a hostile wire between them and applications at both ends, all
 * in virtual time. A seed decides everything; {@link org.loopstack.soak.World} is one seed's run,
 * {@link org.loopstack.soak.SoakCommand} the command {@code lo soak}.
 */
@NullMarked
package org.loopstack.soak;

import org.jspecify.annotations.NullMarked;

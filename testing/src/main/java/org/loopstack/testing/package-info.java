// SPDX-License-Identifier: Apache-2.0
/** Other people's programs, for tests that check ours against them. */
@NullMarked
package org.loopstack.testing;

import org.jspecify.annotations.NullMarked;

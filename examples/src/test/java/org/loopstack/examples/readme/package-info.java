// SPDX-License-Identifier: Apache-2.0

/** What the README shows works as it stands there. */
@NullMarked
package org.loopstack.examples.readme;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/** The package arrows of the library, read from its class files. */
@NullMarked
package org.loopstack.architecture;

import org.jspecify.annotations.NullMarked;

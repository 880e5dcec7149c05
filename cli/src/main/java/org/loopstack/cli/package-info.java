// SPDX-License-Identifier: Apache-2.0

/** The command {@code lo}: brings stacks up, looks at them and talks to them. */
@NullMarked
package org.loopstack.cli;

import org.jspecify.annotations.NullMarked;

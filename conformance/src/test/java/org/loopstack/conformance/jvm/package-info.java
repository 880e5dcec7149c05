// SPDX-License-Identifier: Apache-2.0

/** Whole JVMs on a stack. */
@NullMarked
package org.loopstack.conformance.jvm;

import org.jspecify.annotations.NullMarked;

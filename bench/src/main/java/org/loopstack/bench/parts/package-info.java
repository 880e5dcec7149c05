// SPDX-License-Identifier: Apache-2.0

/** JMH benchmarks of the stack's parts: {@code lo bench --parts}. */
@NullMarked
package org.loopstack.bench.parts;

import org.jspecify.annotations.NullMarked;

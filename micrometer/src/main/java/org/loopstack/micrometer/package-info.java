// SPDX-License-Identifier: Apache-2.0

/** The counters and gauges of a stack as Micrometer's meters. */
@NullMarked
package org.loopstack.micrometer;

import org.jspecify.annotations.NullMarked;

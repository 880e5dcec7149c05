// SPDX-License-Identifier: Apache-2.0

/** Endpoints, each one lock and one inbox around a deterministic core; demultiplexing; ports. */
@NullMarked
package org.loopstack.transport;

import org.jspecify.annotations.NullMarked;

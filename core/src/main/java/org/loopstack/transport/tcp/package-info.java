// SPDX-License-Identifier: Apache-2.0

/** TCP: the RFC's state machine as a pure core, split by concept, and its endpoint. */
@NullMarked
package org.loopstack.transport.tcp;

import org.jspecify.annotations.NullMarked;

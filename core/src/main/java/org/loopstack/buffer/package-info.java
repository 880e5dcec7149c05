// SPDX-License-Identifier: Apache-2.0

/**
 * Packet buffers: who owns the bytes of a datagram on its way through the layers, and where they
 * lie.
 */
@NullMarked
package org.loopstack.buffer;

import org.jspecify.annotations.NullMarked;

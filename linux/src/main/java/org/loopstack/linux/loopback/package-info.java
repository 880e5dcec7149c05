// SPDX-License-Identifier: Apache-2.0

/**
 * The loopback of a network namespace, led through this process: programs that know nothing of it
 * talk over the kernel's TCP and UDP, at both ends or with a stack of ours, and every datagram
 * between them passes taps and fault rules here.
 */
@NullMarked
package org.loopstack.linux.loopback;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * Interoperation as evidence: programs of the kernel's at one end of a TUN, a stack of ours at the
 * other, in a network that the test makes. A test whose program is missing is skipped.
 */
@NullMarked
package org.loopstack.cli.interop;

import org.jspecify.annotations.NullMarked;

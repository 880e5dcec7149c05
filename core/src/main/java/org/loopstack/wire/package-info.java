// SPDX-License-Identifier: Apache-2.0

/**
 * Bytes and their meaning: headers, options, checksums, sequence numbers and addresses. Everything
 * here is a pure function of bytes; offsets are absolute.
 */
@NullMarked
package org.loopstack.wire;

import org.jspecify.annotations.NullMarked;

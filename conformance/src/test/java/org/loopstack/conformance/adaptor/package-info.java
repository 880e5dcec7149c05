// SPDX-License-Identifier: Apache-2.0
/** Cases: the adaptors that socket() returns. */
@NullMarked
package org.loopstack.conformance.adaptor;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Cases: TCP on the loopback. */
@NullMarked
package org.loopstack.conformance.tcp;

import org.jspecify.annotations.NullMarked;

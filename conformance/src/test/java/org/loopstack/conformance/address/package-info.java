// SPDX-License-Identifier: Apache-2.0
/** Cases: addresses, ports and the rules of binding. */
@NullMarked
package org.loopstack.conformance.address;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Cases: selectors and selection keys. */
@NullMarked
package org.loopstack.conformance.selector;

import org.jspecify.annotations.NullMarked;

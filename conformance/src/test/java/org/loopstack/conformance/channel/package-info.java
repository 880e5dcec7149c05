// SPDX-License-Identifier: Apache-2.0
/** Cases: the states and errors of channels, asynchronous close and interruption. */
@NullMarked
package org.loopstack.conformance.channel;

import org.jspecify.annotations.NullMarked;

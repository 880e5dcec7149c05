// SPDX-License-Identifier: Apache-2.0

/**
 * What happens on a stack, as events of the JDK's Flight Recorder. Where the runtime has no {@code
 * jdk.jfr} there are none, and all else works.
 */
@NullMarked
package org.loopstack.event;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * A stack of its own for each test, for JUnit 5 and 6: {@link org.loopstack.junit.LoopbackTest} on
 * a class, {@link org.loopstack.junit.Profile} to run one test over several worlds, {@link
 * org.loopstack.junit.TrafficAssertions} to say what has to have passed.
 */
@NullMarked
package org.loopstack.junit;

import org.jspecify.annotations.NullMarked;

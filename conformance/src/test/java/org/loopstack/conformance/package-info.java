// SPDX-License-Identifier: Apache-2.0
/**
 * One behaviour suite run over several subjects: the fixture, the permutations and the parity
 * report. The cases are in the packages below. A case that fails on the JDK is a wrong case.
 */
@NullMarked
package org.loopstack.conformance;

import org.jspecify.annotations.NullMarked;

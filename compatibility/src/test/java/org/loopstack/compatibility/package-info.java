// SPDX-License-Identifier: Apache-2.0

/**
 * Other people's software on a stack: a class per row of {@code docs/compatibility.md}. The JVM of
 * these tests is under the agent with no machine's network, so that the tests are written as if
 * there were no Loopstack at all; {@link org.loopstack.compatibility.OnStackExtension} checks that
 * no socket of the machine was opened.
 */
@NullMarked
package org.loopstack.compatibility;

import org.jspecify.annotations.NullMarked;

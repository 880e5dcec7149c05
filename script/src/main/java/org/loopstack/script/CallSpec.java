// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A system call as a script writes it.
 *
 * @param errno the name of the error it expects, or null
 */
record CallSpec(
    String name, List<Expression> arguments, Expression result, @Nullable String errno) {}

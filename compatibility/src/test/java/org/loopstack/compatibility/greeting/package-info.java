// SPDX-License-Identifier: Apache-2.0
/** A Spring Boot application like any other: it knows nothing of stacks. */
@NullMarked
package org.loopstack.compatibility.greeting;

import org.jspecify.annotations.NullMarked;

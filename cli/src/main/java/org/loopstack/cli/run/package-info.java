// SPDX-License-Identifier: Apache-2.0

/**
 * What {@code lo run} is made of: a network of its own, as root or in a user namespace, and a
 * program in it.
 */
@NullMarked
package org.loopstack.cli.run;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * The clients: ping, connect, get and addr, each with the output of the program it is named after.
 */
@NullMarked
package org.loopstack.cli.tool;

import org.jspecify.annotations.NullMarked;

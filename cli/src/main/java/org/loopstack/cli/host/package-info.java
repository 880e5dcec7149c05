// SPDX-License-Identifier: Apache-2.0

/**
 * What the commands run against: a stack or the machine itself, and the streams and signals of
 * whoever started the command. A leaf that the other rooms use.
 */
@NullMarked
package org.loopstack.cli.host;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * How a running stack is found and managed: the runtime directory, the Unix domain socket in it,
 * and the frames that go over it.
 */
@NullMarked
package org.loopstack.cli.management;

import org.jspecify.annotations.NullMarked;

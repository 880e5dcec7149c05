// SPDX-License-Identifier: Apache-2.0

/**
 * The machine itself as the commands see it: its interfaces, routes and sockets by netlink, its
 * processes and settings by the files under /proc and /etc.
 */
@NullMarked
package org.loopstack.cli.machine;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * The servers that a stack runs: HTTP by Jetty on the stack's own channels, and the echo service.
 */
@NullMarked
package org.loopstack.cli.service;

import org.jspecify.annotations.NullMarked;

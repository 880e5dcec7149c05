// SPDX-License-Identifier: Apache-2.0

/** Raw endpoints: whole datagrams of one protocol, such as the echo replies that ping waits for. */
@NullMarked
package org.loopstack.transport.raw;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * The Java face: selector provider, channels, selector and sockets. They keep the contracts of
 * {@code java.nio} and {@code java.net} and leave the protocols to the endpoints below.
 */
@NullMarked
package org.loopstack.socket;

import org.jspecify.annotations.NullMarked;

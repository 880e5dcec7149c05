// SPDX-License-Identifier: Apache-2.0

/**
 * Publishing: carries connections and datagrams between the machine's own loopback and a stack's.
 */
@NullMarked
package org.loopstack.relay;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * The roof: a {@code Stack}, its configuration and its snapshots, where all layers are wired
 * together.
 */
@NullMarked
package org.loopstack;

import org.jspecify.annotations.NullMarked;

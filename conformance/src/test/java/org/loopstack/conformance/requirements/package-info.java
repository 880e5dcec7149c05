// SPDX-License-Identifier: Apache-2.0
/**
 * What the RFCs ask for and which tests show it: reads the catalogue and the tags on the compiled
 * tests, and keeps {@code docs/rfc} true.
 */
@NullMarked
package org.loopstack.conformance.requirements;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/** What the doctor looks for, one class each. */
@NullMarked
package org.loopstack.cli.doctor.check;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * {@code lo doctor}: finds what is wrong with the machine's loopback and says how to mend it. Each
 * {@link org.loopstack.cli.doctor.Check} looks at a {@link org.loopstack.cli.doctor.Machine} and
 * gives findings; {@link org.loopstack.cli.doctor.Doctor} runs them all.
 */
@NullMarked
package org.loopstack.cli.doctor;

import org.jspecify.annotations.NullMarked;

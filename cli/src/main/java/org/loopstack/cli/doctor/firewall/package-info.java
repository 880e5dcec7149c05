// SPDX-License-Identifier: Apache-2.0

/** What the rules of a firewall do to a packet on the loopback, worked out from the rules. */
@NullMarked
package org.loopstack.cli.doctor.firewall;

import org.jspecify.annotations.NullMarked;

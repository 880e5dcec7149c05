// SPDX-License-Identifier: Apache-2.0

/**
 * Network namespaces (network_namespaces(7)): networks of their own inside the machine, with their
 * own loopback. A namespace belongs to a thread in Linux, so that one is entered by a thread that
 * does nothing else.
 */
@NullMarked
package org.loopstack.linux.namespace;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0

/**
 * What passed an interface, kept: to a pcapng file or stream, or the last packets in memory; and
 * captures, pcapng and pcap, read back.
 */
@NullMarked
package org.loopstack.capture;

import org.jspecify.annotations.NullMarked;

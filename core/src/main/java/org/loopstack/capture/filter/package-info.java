// SPDX-License-Identifier: Apache-2.0

/** The language in which tcpdump and Wireshark are told what to capture (pcap-filter). */
@NullMarked
package org.loopstack.capture.filter;

import org.jspecify.annotations.NullMarked;

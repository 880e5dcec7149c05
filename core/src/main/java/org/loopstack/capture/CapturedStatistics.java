// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

/**
 * What a capture says in its end about an interface (the interface statistics block of pcapng).
 *
 * @param source the interface
 * @param received how many packets passed while the capture ran, or -1 if it does not say
 * @param accepted how many of them the filter let through, or -1 if it does not say
 * @param lost how many of the latter are missing in the capture for want of room, or -1 if it does
 *     not say
 */
public record CapturedStatistics(
    CapturedInterface source, long received, long accepted, long lost) {}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import org.jspecify.annotations.Nullable;
import org.loopstack.capture.filter.CaptureFilter;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.Octets;

/**
 * A packet of a capture.
 *
 * @param epochNanos when it passed, in nanoseconds since 1970-01-01T00:00:00Z
 * @param source the interface that it passed
 * @param direction which way, or null if the capture does not say
 * @param bytes what was captured of it, from the header on that the link type names
 * @param originalLength how many bytes it had, more than were captured if it was cut
 * @param comment what somebody noted about it, or null
 */
public record CapturedPacket(
    long epochNanos,
    CapturedInterface source,
    LinkTap.@Nullable Direction direction,
    Octets bytes,
    int originalLength,
    @Nullable String comment) {
  /** Whether a filter lets it through. */
  public boolean matches(CaptureFilter filter) {
    return filter.matches(bytes.toByteArray(), originalLength, source.linkType(), direction);
  }
}

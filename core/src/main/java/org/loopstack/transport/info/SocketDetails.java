// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.info;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ss -tinoem} tells of a socket beyond its first line. Immutable.
 *
 * @param timer the timer that runs, or null
 * @param memory what its buffers hold
 * @param options the socket options that say something, by name, as {@code SO_KEEPALIVE}; those
 *     that are off or as they are by default are left out
 * @param congestion the congestion control's name, or null if there is none
 * @param tcp the inner state of a TCP connection or listener, or null
 */
public record SocketDetails(
    @Nullable SocketTimer timer,
    SocketMemory memory,
    Map<String, String> options,
    @Nullable String congestion,
    @Nullable TcpInfo tcp) {
  /** Copies the map and keeps its order. */
  public SocketDetails {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }
}

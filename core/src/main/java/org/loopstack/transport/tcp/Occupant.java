// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;

/**
 * What has the place between two ends: a connection with a shell of its own, or the record of one
 * that is half-open.
 */
sealed interface Occupant permits TcpEndpoint, HalfOpen {
  /**
   * Hands over a segment, or an ICMP error about one, on any thread and possibly with another
   * endpoint's lock held.
   *
   * @return false if there is no room for it: the packet then is still the caller's
   */
  boolean offer(Packet packet);

  /** What the inspector shows, or null if there is no connection. */
  @Nullable TcpStatus status();

  /** Adds what a connection has counted and the stack does not know yet. */
  void addCounts(TcpStatistics.Sums sums);
}

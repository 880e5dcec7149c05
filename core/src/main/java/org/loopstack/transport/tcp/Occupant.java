// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;

/**
 * What has the place between two ends: a connection with a shell of its own, or the record of one
 * that is half-open or in TIME-WAIT.
 */
sealed interface Occupant permits TcpShell, HalfOpen, TimeWait {
  /**
   * Hands over a segment, or an ICMP error about one, on any thread and possibly with another
   * endpoint's lock held.
   *
   * @return false if there is no room for it: the packet then is still the caller's
   */
  boolean offer(Packet packet);

  /**
   * Whether a new connection of ours between the same ends may replace this one: RFC 6191, as far
   * as Linux goes on loopback. Without any lock: a guess that is right or about to be.
   */
  boolean isReusable(long now);

  /** A new connection has taken the place; without any lock. */
  void replaced();

  /** What the inspector shows, or null if there is no connection. */
  @Nullable TcpStatus status();

  /** Adds what a connection has counted and the stack does not know yet. */
  void addCounts(TcpStatistics.Sums sums);
}

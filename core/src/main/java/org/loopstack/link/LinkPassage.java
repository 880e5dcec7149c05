// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;

/**
 * Where datagrams pass between a stack and a link, and where a {@link LinkFilter} can be put. With
 * none, a datagram costs one look at a field. Safe for use by many threads.
 */
public interface LinkPassage {
  /** Puts a filter here, in the place of the one before; null for none. */
  void setFilter(@Nullable LinkFilter filter);

  /** Whether what goes out comes in here again, so that there is only one direction. */
  boolean isLoopback();

  /** Whether somebody is shown the datagrams, so that a verdict is worth writing down. */
  boolean isWatched();

  /**
   * Lets a datagram go on: past the taps to the link, or to the stack. Called on any thread, with
   * or without the lock of a socket.
   *
   * @param direction which way
   * @param packet is given away
   * @param verdict what a filter did with it, or null for nothing worth telling
   */
  void proceed(LinkTap.Direction direction, Packet packet, @Nullable LinkVerdict verdict);

  /**
   * Throws a datagram away and counts it.
   *
   * @param direction which way it would have gone
   * @param reason under which it is counted
   * @param verdict what the taps are told, or null for nothing worth telling
   */
  void drop(
      LinkTap.Direction direction, Packet packet, DropReason reason, @Nullable LinkVerdict verdict);
}

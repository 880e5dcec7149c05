// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

/**
 * Who watches a {@link HostileWire}. The datagrams are lent, and not to be changed. Times are of
 * the wall clock in the simulation, in nanoseconds since 1970.
 */
public interface WireObserver {
  /** Sees nothing. */
  WireObserver NONE = new WireObserver() {};

  /** Why a datagram did not arrive as it was sent. */
  enum Fate {
    /** It vanished. */
    LOST,
    /** It was damaged: it arrives, and a checksum has to find that out. */
    DAMAGED,
    /** It was damaged in a way that no checksum of IP and TCP can find; a link's own would have. */
    DAMAGED_BEYOND_CHECKSUMS,
    /** It was larger than the path's MTU. */
    TOO_BIG,
    /** The wire carried nothing at that time. */
    OUTAGE,
    /** The queue in front of the bottleneck was full. */
    QUEUE_FULL
  }

  /** A host has sent a datagram; the wire has not touched it yet. */
  default void sent(long time, boolean fromClient, byte[] datagram) {}

  /** A datagram does not arrive as it was sent. */
  default void destroyed(long time, boolean fromClient, byte[] datagram, Fate fate) {}

  /** A datagram is about to arrive as it was sent. */
  default void delivered(long time, boolean fromClient, byte[] datagram) {}

  /** A router on the way tells the sender of a datagram that it was too big. */
  default void reported(long time, boolean toClient, byte[] error) {}
}

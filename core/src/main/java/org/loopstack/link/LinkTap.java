// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;

/** Looks at the datagrams that pass between a stack and a link, for example to capture them. */
public interface LinkTap {
  /** Which way a datagram passes. */
  enum Direction {
    /** From the link into the stack. */
    IN,
    /** From the stack to the link. */
    OUT
  }

  /**
   * A datagram passes. On the loopback each one is seen once, on its way out; what comes back is
   * the same datagram.
   *
   * <p>Called on any thread, possibly with the lock of a socket held: it must not block nor use a
   * socket of the same stack.
   *
   * @param direction which way it passes
   * @param packet only lent: it must be neither changed nor kept; {@link Datagrams#bytes} copies it
   */
  void pass(Direction direction, Packet packet);

  /**
   * The stack throws a datagram away that came in by the interface, or that came back by the
   * loopback. Called as {@link #pass} is; a datagram for several sockets may be dropped by some.
   *
   * @param packet only lent; its {@link Packet#tapNumber} is the one that it had when it passed, or
   *     0 if it has not passed as it is, for example because it was put together of fragments
   * @param reason why
   */
  default void dropped(Packet packet, DropReason reason) {}

  /**
   * Nothing passes any more: the interface was removed, or its stack closed. Called once, on the
   * thread that did that, which waits; not called for a tap that was removed before.
   */
  default void ended() {}

  /**
   * A datagram that a {@link LinkFilter} has touched passes, or ends here. Unless this is
   * overridden, one that passes is shown as any other and one that ends here is not.
   *
   * @param direction which way it passes, or would have
   * @param packet only lent, as above; as the filter has left it
   * @param verdict what the filter did
   */
  default void pass(Direction direction, Packet packet, LinkVerdict verdict) {
    if (verdict.delivered()) {
      pass(direction, packet);
    }
  }
}

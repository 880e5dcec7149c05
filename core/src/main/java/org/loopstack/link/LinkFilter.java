// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import org.loopstack.buffer.Packet;

/**
 * Stands between an interface and its link and decides what becomes of each datagram: it passes, is
 * dropped, held, changed, or comes twice. Fault rules are one. What is to go on is handed to the
 * {@link LinkPassage} that the filter was put into, now or later.
 */
@FunctionalInterface
public interface LinkFilter {
  /**
   * A datagram comes by.
   *
   * <p>Called on any thread, several at a time, possibly with the lock of a socket held: it must
   * neither block nor use a socket of the same stack. It may hand datagrams on before it returns.
   *
   * @param direction which way it goes; on the loopback always {@link LinkTap.Direction#OUT}
   * @param packet belongs to the filter from here on; the bytes of its body may be shared and are
   *     not to be written, and a filter that keeps the datagram beyond this call keeps a {@link
   *     Packet#copy}
   */
  void take(LinkTap.Direction direction, Packet packet);
}

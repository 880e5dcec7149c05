// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import org.loopstack.buffer.Packet;

/** The stack's side of a {@link Link}: takes the datagrams that arrive. */
public interface LinkReceiver {
  /**
   * Takes a datagram that arrived: a packet whose head begins with an IP header, either version.
   * Bytes after the length that the header gives are padding. Any content is fine; what is not a
   * valid datagram is counted and thrown away, and nothing is thrown on its behalf.
   *
   * <p>May be called on any thread. Returns soon; what the datagram makes endpoints do may happen
   * on the calling thread before this returns.
   *
   * @param packet belongs to the receiver from here on
   */
  void receive(Packet packet);
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import org.loopstack.buffer.Packet;
import org.loopstack.wire.TransportChecksums;

/** Datagrams as anybody outside the stack may see them: complete, with right checksums. */
public final class Datagrams {
  private Datagrams() {}

  /**
   * Copies a datagram, and computes the transport checksum in the copy where the stack has left it
   * out.
   *
   * @param packet begins with its IP header; is not changed
   * @return all its bytes
   */
  public static byte[] bytes(Packet packet) {
    byte[] all = new byte[packet.length()];
    packet.copyTo(all, 0);
    if (packet.isChecksumPending()) {
      TransportChecksums.complete(all, 0, all.length);
    }
    return all;
  }

  /**
   * Computes the transport checksum in the packet itself where the stack has left it out.
   *
   * @param packet begins with its IP header; all its bytes are in the head afterwards if there was
   *     something to compute
   */
  public static void completeChecksum(Packet packet) {
    if (packet.isChecksumPending()) {
      packet.makeContiguous();
      TransportChecksums.complete(packet.head(), packet.offset(), packet.headEnd());
      packet.setChecksumPending(false);
    }
  }
}

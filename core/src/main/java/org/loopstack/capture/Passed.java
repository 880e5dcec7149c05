// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.Octets;

/**
 * A datagram that passed and waits to be written or asked for.
 *
 * @param tap the tap that saw it
 * @param epochNanos when
 * @param direction which way
 * @param copy bytes of its own, with a checksum that may still be pending: computing it is left to
 *     whoever reads them
 */
record Passed(InterfaceTap tap, long epochNanos, LinkTap.Direction direction, Packet copy) {
  static Passed of(InterfaceTap tap, LinkTap.Direction direction, Packet lent) {
    return new Passed(tap, tap.epochNanos(), direction, lent.copy());
  }

  /** As a user sees it. */
  CapturedPacket toPacket() {
    byte[] bytes = Datagrams.bytes(copy);
    return new CapturedPacket(
        epochNanos, tap.described(), direction, Octets.copyOf(bytes), bytes.length, null);
  }
}

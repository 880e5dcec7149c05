// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;

/**
 * The link that leads back. What is transmitted is received at once, on the same thread: below IP
 * there is nothing else to do. "Most implementations perform complete processing of the data in the
 * transport layer and network layer, and only loop the IP datagram back to itself when the datagram
 * leaves the bottom of the network layer" (Stevens, TCP/IP Illustrated, vol. 1, section 2.7).
 *
 * <p>Depth: receiving puts a datagram on an endpoint's inbox, or answers it with ICMP, whose errors
 * are never answered; so a transmission nests two others at most.
 */
public final class LoopbackLink implements Link {
  /** Linux's MTU for the loopback, in bytes. */
  public static final int MTU = 65_536;

  private static final Set<LinkFlag> FLAGS = Set.of(LinkFlag.LOOPBACK);

  private volatile @Nullable LinkReceiver receiver;

  /** A loopback that leads nowhere yet. */
  public LoopbackLink() {}

  @Override
  public int mtu() {
    return MTU;
  }

  @Override
  public Set<LinkFlag> flags() {
    return FLAGS;
  }

  /** Six zeros, as Linux has it. */
  @Override
  public byte[] hardwareAddress() {
    return new byte[6];
  }

  /** True: what never leaves memory needs no checksum. */
  @Override
  public boolean offloadsChecksum() {
    return true;
  }

  @Override
  public void attach(LinkReceiver newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public void transmit(Packet packet) {
    LinkReceiver to = receiver;
    if (to != null) {
      to.receive(packet);
    }
  }

  @Override
  public void close() {
    receiver = null;
  }
}

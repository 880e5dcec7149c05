// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;

/** A link whose far end is the test: what leaves is kept, what arrives the test hands in. */
final class ScriptedLink implements Link {
  private final int mtu;
  private final ArrayDeque<byte[]> sent = new ArrayDeque<>();
  private @Nullable LinkReceiver receiver;

  ScriptedLink(int mtu) {
    this.mtu = mtu;
  }

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public Set<LinkFlag> flags() {
    return Set.of(LinkFlag.POINTOPOINT, LinkFlag.MULTICAST, LinkFlag.NOARP);
  }

  @Override
  public void attach(LinkReceiver newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public void transmit(Packet packet) {
    sent.add(Datagrams.bytes(packet));
  }

  @Override
  public void close() {
    receiver = null;
  }

  /** The oldest datagram that left and was not taken yet, or null. */
  byte @Nullable [] poll() {
    return sent.poll();
  }

  /** A datagram arrives. */
  void arrive(byte[] datagram) {
    if (receiver != null) {
      receiver.receive(Packet.wrap(datagram, 0, datagram.length));
    }
  }
}

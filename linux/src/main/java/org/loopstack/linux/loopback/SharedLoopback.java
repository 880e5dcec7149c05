// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.loopback;

import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;

/**
 * The loopback of a stack that shares it with the kernel: some ports are the stack's, all others
 * are the kernel's. Safe for use by many threads.
 */
public final class SharedLoopback implements Link {
  private static final Set<LinkFlag> FLAGS = Set.of(LinkFlag.LOOPBACK);

  private final KernelLoopback kernel;
  private final Ownership ownership;
  private volatile @Nullable LinkReceiver receiver;

  SharedLoopback(KernelLoopback kernel, int... ports) {
    this.kernel = kernel;
    BitSet all = new BitSet(65_536);
    for (int port : ports) {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("Port " + port + " is not in 1..65535");
      }
      all.set(port);
    }
    this.ownership = new Ownership(all);
  }

  /** Whether a datagram is for the stack. */
  boolean takes(Packet packet) {
    return receiver != null && ownership.isStacks(packet);
  }

  void receive(Packet packet) {
    LinkReceiver to = receiver;
    if (to != null) {
      to.receive(packet);
    }
  }

  @Override
  public int mtu() {
    return kernel.mtu();
  }

  @Override
  public Set<LinkFlag> flags() {
    return FLAGS;
  }

  @Override
  public byte[] hardwareAddress() {
    return new byte[6];
  }

  @Override
  public void attach(LinkReceiver newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public void transmit(Packet packet) {
    if (receiver != null) {
      // The kernel reads all of it, and a fault rule or a tap may keep it.
      packet.makeContiguous();
      kernel.send(packet);
    }
  }

  @Override
  public void close() {
    receiver = null;
  }
}

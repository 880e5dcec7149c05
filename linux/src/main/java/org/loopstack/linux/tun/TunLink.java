// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;
import org.loopstack.linux.ffi.LinuxException;

/**
 * A link between a stack and the kernel: an interface of the kernel's at one end, one of the
 * stack's at the other. The kernel's end is configured as any other interface is, with {@code ip
 * addr add 10.9.0.1/24 dev NAME} for example, and has to be up.
 *
 * <p>A thread of the link's own reads. It ends when the link is closed, and the interface with it.
 */
public final class TunLink implements Link {
  /** The kernel's MTU for a new interface, in bytes. */
  public static final int DEFAULT_MTU = 1500;

  private static final Set<LinkFlag> FLAGS =
      Set.of(LinkFlag.POINTOPOINT, LinkFlag.MULTICAST, LinkFlag.NOARP);

  private final Device device;
  private final DeviceReader reader;
  private final int mtu;
  private final LongAdder refused = new LongAdder();
  private volatile @Nullable LinkReceiver receiver;

  /**
   * A link over a device.
   *
   * @param device a TUN or a virtual Ethernet, which is the link's from here on; nothing is
   *     offloaded
   * @param mtu what the stack may send at most; the kernel receives what its own MTU is and more
   * @throws IllegalArgumentException if the MTU is not 68 bytes to what the device carries
   */
  public TunLink(Device device, int mtu) {
    if (mtu < 68 || mtu > device.maxMtu()) {
      throw new IllegalArgumentException("MTU " + mtu + " is not in 68.." + device.maxMtu());
    }
    this.device = device;
    this.reader = new DeviceReader(device, this::take);
    this.mtu = mtu;
  }

  /**
   * Makes an interface and the link to it.
   *
   * @param name as in {@link TunDevice#open}
   * @throws LinuxException as there
   */
  public static TunLink open(String name) throws LinuxException {
    return new TunLink(TunDevice.open(TunDevice.Kind.TUN, name), DEFAULT_MTU);
  }

  /** What the kernel calls its end. */
  public String name() {
    return device.name();
  }

  @Override
  public int mtu() {
    return mtu;
  }

  @Override
  public Set<LinkFlag> flags() {
    return FLAGS;
  }

  @Override
  public void attach(LinkReceiver newReceiver) {
    receiver = newReceiver;
    reader.start();
  }

  private void take(byte[] datagram) {
    LinkReceiver to = receiver;
    if (to != null) {
      to.receive(Packet.wrap(datagram, 0, datagram.length));
    }
  }

  @Override
  public void transmit(Packet packet) {
    if (receiver != null && !device.write(packet)) {
      refused.increment();
    }
  }

  /** How many datagrams the kernel did not take: its end was down, or they were no IP. */
  public long refused() {
    return refused.sum();
  }

  /** Why nothing is received any more, though the link is open, or null. */
  public @Nullable LinuxException failure() {
    return reader.failure();
  }

  @Override
  public void close() {
    receiver = null;
    reader.close();
  }
}

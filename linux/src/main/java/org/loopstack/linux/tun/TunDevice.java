// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.loopstack.buffer.Packet;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;

/** An interface made by /dev/net/tun: of IP datagrams (TUN) or of Ethernet frames (TAP). */
public final class TunDevice implements Device {
  /** What is read and written. */
  public enum Kind {
    /** IP datagrams. */
    TUN(0x1),
    /** Ethernet frames. */
    TAP(0x2);

    private final int flag;

    Kind(int flag) {
      this.flag = flag;
    }
  }

  private static final String PATH = "/dev/net/tun";
  private static final int IFF_NO_PI = 0x1000;
  private static final int IFF_VNET_HDR = 0x4000;
  private static final int NAME_LENGTH = 16;
  private static final int IFREQ_LENGTH = 40;

  /** POWER encodes {@code _IOW} in its own way. */
  private static final long IOW =
      System.getProperty("os.arch", "").startsWith("ppc") ? 0x8000_0000L : 0x4000_0000L;

  /** {@code _IOW('T', 202, int)}. */
  private static final long TUNSETIFF = IOW | 0x4_54ca;

  /** {@code _IOW('T', 208, unsigned int)}. */
  private static final long TUNSETOFFLOAD = IOW | 0x4_54d0;

  /** TUN_F_CSUM, _TSO4, _TSO6, _TSO_ECN. */
  private static final int OFFLOADS = 0x1 | 0x2 | 0x4 | 0x8;

  private final Descriptor descriptor;
  private final byte[] front;

  private TunDevice(Descriptor descriptor, int headerLength) {
    this.descriptor = descriptor;
    this.front = new byte[headerLength];
  }

  /**
   * Makes an interface, or takes the other end of one that is there and persistent. What is read is
   * a datagram, or a frame, and nothing in front of it.
   *
   * @param kind what is read and written
   * @param name 1 to 15 characters; a {@code %d} in it becomes the first number that is free
   * @throws LinuxException EACCES or EPERM where that is not allowed, ENOENT or ENODEV where the
   *     kernel has no such device, EBUSY if somebody has the other end
   */
  public static TunDevice open(Kind kind, String name) throws LinuxException {
    return open(kind, name, 0);
  }

  /** As {@link #open(Kind, String)}, for one that can {@linkplain #setOffload offload}. */
  public static TunDevice openOffloading(Kind kind, String name) throws LinuxException {
    return open(kind, name, VirtioHeader.LENGTH);
  }

  private static TunDevice open(Kind kind, String name, int headerLength) throws LinuxException {
    if (name.isEmpty() || name.length() >= NAME_LENGTH) {
      throw new IllegalArgumentException(
          "The name of an interface has 1 to 15 characters: " + name);
    }
    int fd = LinuxException.check(Libc.open(PATH, Libc.O_RDWR | Libc.O_NONBLOCK), "open " + PATH);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(IFREQ_LENGTH, 8);
      request.setString(0, name);
      int flags = kind.flag | IFF_NO_PI | (headerLength == 0 ? 0 : IFF_VNET_HDR);
      request.set(JAVA_SHORT, NAME_LENGTH, (short) flags);
      try {
        LinuxException.check(Libc.ioctl(fd, TUNSETIFF, request), "make the interface " + name);
      } catch (LinuxException e) {
        Libc.close(fd);
        throw e;
      }
      return new TunDevice(new Descriptor(fd, request.getString(0)), headerLength);
    }
  }

  @Override
  public String name() {
    return descriptor.name();
  }

  @Override
  public int maxMtu() {
    return 65_575;
  }

  @Override
  public int datagramAt() {
    return front.length;
  }

  @Override
  public int read(MemorySegment buffer) throws LinuxException {
    return descriptor.read(buffer);
  }

  @Override
  public boolean isUnfinished(MemorySegment buffer) {
    return front.length != 0 && VirtioHeader.isUnfinished(buffer);
  }

  @Override
  public boolean writeBack(MemorySegment bytes, int length) {
    return descriptor.write(bytes, length);
  }

  @Override
  public boolean write(Packet packet) {
    return descriptor.write(front, packet);
  }

  /**
   * As {@link #write(Packet)}, with a header in front, of a device that was not opened for
   * offloading.
   */
  public boolean write(byte[] header, Packet packet) {
    return descriptor.write(header, packet);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if it was not opened for that
   */
  @Override
  public void setOffload(boolean on) throws LinuxException {
    if (front.length == 0) {
      throw new IllegalStateException(
          name() + " was opened without a place for what is left to do");
    }
    // The argument is the number itself.
    MemorySegment offloads = MemorySegment.ofAddress(on ? OFFLOADS : 0);
    LinuxException.check(descriptor.control(TUNSETOFFLOAD, offloads), "let " + name() + " offload");
  }

  @Override
  public void stop() {
    descriptor.stop();
  }

  @Override
  public void close() {
    descriptor.close();
  }

  @Override
  public String toString() {
    return name();
  }
}

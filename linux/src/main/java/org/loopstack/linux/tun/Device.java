// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import java.io.Closeable;
import java.lang.foreign.MemorySegment;
import org.loopstack.buffer.Packet;
import org.loopstack.linux.ffi.LinuxException;

/**
 * An interface of the kernel whose other end is this process: what the kernel transmits by it is
 * read here, what is written here the kernel receives by it. The interface is in the network
 * namespace of the thread that opened it, and gone when the device is closed or the process ends.
 *
 * <p>One thread reads; any thread may write, stop and close.
 */
public sealed interface Device extends Closeable permits TunDevice, VethDevice {
  /** No datagram and no frame is longer, with all that stands in front of it. */
  int MAX_LENGTH = 65_575 + 14 + 10;

  /** What the kernel's end is called. */
  String name();

  /** The largest IP datagram that passes, in bytes. */
  int maxMtu();

  /** Where in what is read the IP datagram begins, or for a TAP the frame. */
  int datagramAt();

  /**
   * Waits for what the kernel transmits.
   *
   * @param buffer native memory, {@link #MAX_LENGTH} bytes or more
   * @return how many bytes, or -1 after {@link #stop}
   * @throws LinuxException EIO when the interface was removed
   */
  int read(MemorySegment buffer) throws LinuxException;

  /**
   * Whether what was read is not what would go over a wire: several segments in one, or one without
   * its checksum. It may be written back as it is, and only that.
   */
  boolean isUnfinished(MemorySegment buffer);

  /**
   * Lets the kernel receive what was read; does nothing after {@link #close}.
   *
   * @param bytes native memory, as {@link #read} left it
   * @return whether the kernel took it; it does not while the interface is down, nor what is
   *     neither IPv4 nor IPv6
   */
  boolean writeBack(MemorySegment bytes, int length);

  /**
   * Lets the kernel receive a datagram, or for a TAP a frame.
   *
   * @param packet whole and with its checksums; only read
   * @return as {@link #writeBack}
   */
  boolean write(Packet packet);

  /**
   * Whether the kernel may hand over {@linkplain #isUnfinished unfinished} work, which spares it
   * cutting into segments and checksums, twice each. Off at first. What waits to be read stays as
   * it is.
   *
   * @throws LinuxException if this device cannot
   */
  void setOffload(boolean on) throws LinuxException;

  /** Ends the wait of whoever reads, now and from now on. */
  void stop();

  /** Removes the interface. Called when nobody reads any more: see {@link #stop}. */
  @Override
  void close();
}

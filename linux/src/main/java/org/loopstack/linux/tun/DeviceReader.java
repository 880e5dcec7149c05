// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.LinuxException;

/**
 * The thread that reads a device for a link: a daemon and a platform thread, since it waits in the
 * kernel. It ends when this is closed, and the interface with it.
 */
public final class DeviceReader implements Closeable {
  /** Who is given what was read. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one, on the reader's thread.
     *
     * @param bytes a datagram, or a frame; the sink's from here on
     */
    void take(byte[] bytes);
  }

  private final Device device;
  private final Sink sink;
  private volatile @Nullable LinuxException failure;
  private boolean started;

  /**
   * Reads nothing yet.
   *
   * @param device the reader's to close from here on
   */
  public DeviceReader(Device device, Sink sink) {
    this.device = device;
    this.sink = sink;
  }

  /** Begins to read; once. */
  public synchronized void start() {
    started = true;
    Thread.ofPlatform().daemon().name("loopstack-" + device.name()).start(this::read);
  }

  private void read() {
    try (Arena arena = Arena.ofConfined();
        device) {
      MemorySegment buffer = arena.allocate(Device.MAX_LENGTH, 8);
      int at = device.datagramAt();
      for (int read; (read = device.read(buffer)) >= 0; ) {
        int length = read - at;
        if (length > 0) {
          byte[] bytes = new byte[length];
          MemorySegment.copy(buffer, JAVA_BYTE, at, bytes, 0, length);
          sink.take(bytes);
        }
      }
    } catch (LinuxException e) {
      failure = e;
    }
  }

  /** Why nothing is read any more, though this is open, or null. */
  public @Nullable LinuxException failure() {
    return failure;
  }

  @Override
  public synchronized void close() {
    if (started) {
      device.stop();
    } else {
      device.close();
    }
  }
}

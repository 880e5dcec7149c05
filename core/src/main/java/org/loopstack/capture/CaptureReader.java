// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * Reads a capture, packet by packet: pcapng, or classic pcap with microseconds or nanoseconds, each
 * in both byte orders. Whatever the bytes are, only {@link IOException}s are thrown.
 *
 * <p>Not safe for use by several threads at a time.
 */
public sealed interface CaptureReader extends Closeable permits PcapngReader, PcapReader {
  /**
   * Opens a file.
   *
   * @throws CaptureFormatException if it is no capture
   * @throws IOException if it cannot be read, as {@link Files#newInputStream} says it
   */
  static CaptureReader open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return of(new BufferedInputStream(in, 1 << 16), file.toString());
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Reads from a stream.
   *
   * @param in where from; closed by {@link #close}
   * @param name what messages call it
   * @throws CaptureFormatException if it does not begin like a capture
   * @throws IOException if the stream does
   */
  static CaptureReader of(InputStream in, String name) throws IOException {
    CaptureInput input = new CaptureInput(in, name);
    byte[] magic = input.exactly(4, "magic number");
    return PcapngReader.isSectionHeader(magic)
        ? new PcapngReader(input)
        : new PcapReader(input, magic);
  }

  /**
   * Reads all packets of a file.
   *
   * @throws CaptureFormatException if it is no capture, or one that ends too early
   * @throws IOException if it cannot be read
   */
  static List<CapturedPacket> readAll(Path file) throws IOException {
    List<CapturedPacket> all = new ArrayList<>();
    try (CaptureReader reader = open(file)) {
      for (CapturedPacket packet; (packet = reader.next()) != null; ) {
        all.add(packet);
      }
    }
    return List.copyOf(all);
  }

  /**
   * The next packet, or null at the end.
   *
   * @throws CaptureFormatException if the rest is no capture, or ends too early; the packets before
   *     that were given
   * @throws IOException if the stream does
   */
  @Nullable CapturedPacket next() throws IOException;

  /** The interfaces that were described so far. */
  List<CapturedInterface> interfaces();

  /** The names of hosts that were read so far, by address; those of all sections together. */
  Map<IpAddress, List<String>> names();

  /** The statistics that were read so far; all of them once {@link #next} has returned null. */
  List<CapturedStatistics> statistics();
}

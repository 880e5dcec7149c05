// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Octets;

/**
 * Reads classic pcap (draft-ietf-opsawg-pcap): one link, no directions, no comments. The lengths of
 * a record are those of its packet, cut and whole.
 */
final class PcapReader implements CaptureReader {
  private static final int MICROSECONDS = 0xA1B2C3D4;
  private static final int NANOSECONDS = 0xA1B23C4D;

  /** The header behind the magic number, and a record's header. */
  private static final int HEADER_REST = 20;

  private static final int RECORD_HEADER = 16;

  private final CaptureInput input;
  private final ByteOrder order;
  private final int nanosPerFraction;
  private final CapturedInterface link;

  PcapReader(CaptureInput input, byte[] magic) throws IOException {
    this.input = input;
    int big = ByteBuffer.wrap(magic).getInt();
    int little = Integer.reverseBytes(big);
    boolean isBig = big == MICROSECONDS || big == NANOSECONDS;
    if (!isBig && little != MICROSECONDS && little != NANOSECONDS) {
      throw input.broken("neither pcapng nor pcap; it begins with " + Octets.copyOf(magic));
    }
    order = isBig ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    nanosPerFraction = (isBig ? big : little) == NANOSECONDS ? 1 : 1000;
    ByteBuffer header = ByteBuffer.wrap(input.exactly(HEADER_REST, "pcap header")).order(order);
    int major = Short.toUnsignedInt(header.getShort());
    int minor = Short.toUnsignedInt(header.getShort());
    if (major != 2 || minor < 3) {
      throw input.broken("pcap of version " + major + "." + minor + "; 2.3 and 2.4 can be read");
    }
    // The upper bits say whether frames have a check sequence.
    link = new CapturedInterface(0, "", header.getInt(16) & 0xffff);
  }

  @Override
  public @Nullable CapturedPacket next() throws IOException {
    byte[] bytes = input.orEnd(RECORD_HEADER, "pcap record");
    if (bytes == null) {
      return null;
    }
    ByteBuffer record = ByteBuffer.wrap(bytes).order(order);
    long seconds = Integer.toUnsignedLong(record.getInt());
    long fraction = Integer.toUnsignedLong(record.getInt());
    int captured = record.getInt();
    int original = record.getInt();
    if (captured < 0 || captured > CaptureInput.MAX_LENGTH || original < 0) {
      throw input.broken(
          "a record of "
              + Integer.toUnsignedString(captured)
              + " bytes of a packet of "
              + Integer.toUnsignedString(original));
    }
    return new CapturedPacket(
        seconds * 1_000_000_000 + fraction * nanosPerFraction,
        link,
        null,
        Octets.copyOf(input.exactly(captured, "packet")),
        original,
        null);
  }

  @Override
  public List<CapturedInterface> interfaces() {
    return List.of(link);
  }

  /** None: classic pcap has no place for them. */
  @Override
  public Map<IpAddress, List<String>> names() {
    return Map.of();
  }

  /** None: classic pcap has no place for them. */
  @Override
  public List<CapturedStatistics> statistics() {
    return List.of();
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

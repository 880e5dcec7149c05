// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;

/**
 * Writes a capture in pcapng (draft-ietf-opsawg-pcapng): one section, its interfaces, packets with
 * times in nanoseconds, directions and comments, and statistics. Each block goes to the stream in
 * one write; the stream may want a buffer.
 *
 * <p>Not safe for use by several threads at a time.
 */
public final class PcapngWriter implements Closeable {
  /** The longest comment or name, in bytes of UTF-8; longer ones are cut. */
  static final int MAX_TEXT = 65_535;

  private final OutputStream out;
  private final List<CapturedInterface> interfaces = new ArrayList<>();
  private final Block block = new Block();

  /**
   * Writes the section's header.
   *
   * @param out where to; closed by {@link #close}
   * @throws IOException if the stream does
   */
  public PcapngWriter(OutputStream out) throws IOException {
    this.out = out;
    block
        .begin(Pcapng.SECTION_HEADER)
        .u32(Pcapng.BYTE_ORDER_MAGIC)
        .u16(1)
        .u16(0)
        .u64(-1) // "the Section Length is unspecified"
        .option(Pcapng.SECTION_APPLICATION, "Loopstack".getBytes(StandardCharsets.UTF_8))
        .endOfOptions()
        .writeTo(out);
  }

  /** Describes an interface whose packets begin with their IP header. */
  public CapturedInterface addInterface(String name) throws IOException {
    return addInterface(name, CapturedInterface.RAW, "");
  }

  /** Describes an interface of which nothing else is known. */
  public CapturedInterface addInterface(String name, int linkType) throws IOException {
    return addInterface(name, linkType, "");
  }

  /**
   * Describes an interface; packets of it may follow.
   *
   * @param name as {@code lo}
   * @param linkType 0 to 65,535, as in {@link CapturedInterface#linkType}
   * @param description more about it, as the name of its stack; may be empty
   * @return what to name when its packets are written
   * @throws IllegalArgumentException if the link type is out of range
   * @throws IOException if the stream does
   */
  public CapturedInterface addInterface(String name, int linkType, String description)
      throws IOException {
    if (linkType < 0 || linkType > 0xffff) {
      throw new IllegalArgumentException("Link type " + linkType + " is not in 0..65535");
    }
    block
        .begin(Pcapng.INTERFACE_DESCRIPTION)
        .u16(linkType)
        .u16(0)
        .u32(0) // no limit to what is captured of a packet
        .option(Pcapng.INTERFACE_NAME, text(name));
    if (!description.isEmpty()) {
      block.option(Pcapng.INTERFACE_DETAIL, text(description));
    }
    block
        .option(Pcapng.INTERFACE_RESOLUTION, new byte[] {Pcapng.NANOSECONDS})
        .endOfOptions()
        .writeTo(out);
    CapturedInterface added = new CapturedInterface(interfaces.size(), name, linkType);
    interfaces.add(added);
    return added;
  }

  /**
   * Writes a packet.
   *
   * @throws IllegalArgumentException if its interface is none of {@link #addInterface}, if it has
   *     fewer bytes than were captured, or if it passed before 1970
   * @throws IOException if the stream does
   */
  public void write(CapturedPacket packet) throws IOException {
    byte[] bytes = packet.bytes().toByteArray();
    if (packet.originalLength() < bytes.length) {
      throw new IllegalArgumentException(
          bytes.length + " bytes captured of a packet of " + packet.originalLength());
    }
    write(
        packet.source(),
        packet.epochNanos(),
        packet.direction(),
        bytes,
        0,
        bytes.length,
        packet.originalLength(),
        packet.comment());
  }

  /**
   * Writes a packet that was captured in full.
   *
   * @param source the interface that it passed
   * @param epochNanos when, in nanoseconds since 1970-01-01T00:00:00Z, at least 0
   * @param direction which way, or null if that is not known
   * @param b holds the packet: {@code length} bytes from {@code at} on
   * @param comment what is to be noted about it, or null
   * @throws IllegalArgumentException if the interface is none of {@link #addInterface}, or the time
   *     negative
   * @throws IndexOutOfBoundsException if the packet is not inside the array
   * @throws IOException if the stream does
   */
  public void write(
      CapturedInterface source,
      long epochNanos,
      LinkTap.@Nullable Direction direction,
      byte[] b,
      int at,
      int length,
      @Nullable String comment)
      throws IOException {
    write(source, epochNanos, direction, b, at, length, length, comment);
  }

  private void write(
      CapturedInterface source,
      long epochNanos,
      LinkTap.@Nullable Direction direction,
      byte[] b,
      int at,
      int length,
      int originalLength,
      @Nullable String comment)
      throws IOException {
    Objects.checkFromIndexSize(at, length, b.length);
    block
        .begin(Pcapng.ENHANCED_PACKET)
        .u32(checked(source))
        .time(checked(epochNanos))
        .u32(length)
        .u32(originalLength)
        .bytes(b, at, length);
    if (direction != null) {
      boolean in = direction == LinkTap.Direction.IN;
      block.option32(Pcapng.PACKET_FLAGS, in ? Pcapng.INBOUND : Pcapng.OUTBOUND);
    }
    if (comment != null) {
      block.option(Pcapng.OPTION_COMMENT, text(comment));
    }
    if (direction != null || comment != null) {
      block.endOfOptions();
    }
    block.writeTo(out);
  }

  /**
   * Writes the names of hosts, for whoever shows the packets.
   *
   * @param names by address
   * @throws IOException if the stream does
   */
  public void writeNames(Map<IpAddress, List<String>> names) throws IOException {
    block.begin(Pcapng.NAME_RESOLUTION);
    names.forEach(
        (address, all) -> {
          byte[] record = nameRecord(address, all);
          block
              .u16(address.isIpv4() ? Pcapng.NAMES_IPV4 : Pcapng.NAMES_IPV6)
              .u16(record.length)
              .bytes(record, 0, record.length);
        });
    block.u16(Pcapng.NAMES_END).u16(0).writeTo(out);
  }

  /** The address, and "a list of one or more zero-terminated strings". */
  private static byte[] nameRecord(IpAddress address, List<String> names) {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    byte[] bytes = new byte[address.length()];
    int _ = address.write(bytes, 0);
    record.writeBytes(bytes);
    for (String name : names) {
      byte[] text = name.getBytes(StandardCharsets.UTF_8);
      if (record.size() + text.length < MAX_TEXT) {
        record.writeBytes(text);
        record.write(0);
      }
    }
    return record.toByteArray();
  }

  /**
   * Writes what happened at an interface, usually in the end.
   *
   * @param statistics all known
   * @param startNanos when the capture began, in nanoseconds since 1970-01-01T00:00:00Z
   * @param endNanos when it ended
   * @throws IllegalArgumentException if the interface is none of {@link #addInterface}, or a time
   *     negative
   * @throws IOException if the stream does
   */
  public void writeStatistics(CapturedStatistics statistics, long startNanos, long endNanos)
      throws IOException {
    block
        .begin(Pcapng.INTERFACE_STATISTICS)
        .u32(checked(statistics.source()))
        .time(checked(endNanos))
        .optionTime(Pcapng.STATISTICS_START, checked(startNanos))
        .optionTime(Pcapng.STATISTICS_END, endNanos)
        .option64(Pcapng.STATISTICS_RECEIVED, statistics.received())
        .option64(Pcapng.STATISTICS_DROPPED, statistics.lost())
        .option64(Pcapng.STATISTICS_ACCEPTED, statistics.accepted())
        .endOfOptions()
        .writeTo(out);
  }

  private int checked(CapturedInterface source) {
    if (source.id() < 0
        || source.id() >= interfaces.size()
        || !interfaces.get(source.id()).equals(source)) {
      throw new IllegalArgumentException("This capture does not describe " + source);
    }
    return source.id();
  }

  private static long checked(long epochNanos) {
    if (epochNanos < 0) {
      throw new IllegalArgumentException(
          "pcapng knows no time before 1970: " + epochNanos + " ns since then");
    }
    return epochNanos;
  }

  /** UTF-8, cut before the first character that does not fit an option any more. */
  private static byte[] text(String text) {
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    if (all.length <= MAX_TEXT) {
      return all;
    }
    int end = MAX_TEXT;
    while ((all[end] & 0xc0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(all, end);
  }

  /** Flushes the stream. */
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}

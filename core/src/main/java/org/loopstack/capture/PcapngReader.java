// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Octets;

/**
 * Reads pcapng (draft-ietf-opsawg-pcapng): any number of sections, each in its own byte order;
 * enhanced, simple and the old kind of packet blocks; names; statistics. Other blocks are passed
 * over, as are options other than those that {@link CapturedPacket} and its like can hold.
 */
final class PcapngReader implements CaptureReader {
  /** Type, length, and the length again in the end. */
  private static final int FRAME = 12;

  private final CaptureInput input;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

  /** Those of this section, by number, and the scale of their times. */
  private final List<CapturedInterface> section = new ArrayList<>();

  private final List<TimeScale> scales = new ArrayList<>();
  private final List<Integer> limits = new ArrayList<>();

  private final List<CapturedInterface> all = new ArrayList<>();
  private final List<CapturedStatistics> statistics = new ArrayList<>();
  private final Map<IpAddress, List<String>> names = new LinkedHashMap<>();

  /** The input is behind the first section header's type. */
  PcapngReader(CaptureInput input) throws IOException {
    this.input = input;
    beginSection(input.exactly(8, "section header"));
  }

  static boolean isSectionHeader(byte[] magic) {
    return ByteBuffer.wrap(magic).getInt() == Pcapng.SECTION_HEADER;
  }

  @Override
  public @Nullable CapturedPacket next() throws IOException {
    for (byte[] header; (header = input.orEnd(8, "block")) != null; ) {
      int type = ByteBuffer.wrap(header).order(order).getInt();
      if (type == Pcapng.SECTION_HEADER) {
        byte[] magic = input.exactly(4, "section header");
        beginSection(
            new byte[] {
              header[4], header[5], header[6], header[7], magic[0], magic[1], magic[2], magic[3]
            });
        continue;
      }
      int length = ByteBuffer.wrap(header).order(order).getInt(4);
      CapturedPacket packet = read(type, body(length, 8));
      if (packet != null) {
        return packet;
      }
    }
    return null;
  }

  /** A section begins: its length and its byte order, in a byte order that the latter tells. */
  private void beginSection(byte[] lengthAndMagic) throws IOException {
    int magic = ByteBuffer.wrap(lengthAndMagic).getInt(4);
    if (magic != Pcapng.BYTE_ORDER_MAGIC
        && Integer.reverseBytes(magic) != Pcapng.BYTE_ORDER_MAGIC) {
      throw input.broken(
          "a section header without a byte order: " + HexFormat.of().toHexDigits(magic));
    }
    order = magic == Pcapng.BYTE_ORDER_MAGIC ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer body = body(ByteBuffer.wrap(lengthAndMagic).order(order).getInt(), 12);
    if (body.remaining() < 12) {
      throw input.broken("a section header of " + (body.remaining() + 16) + " bytes");
    }
    int major = Short.toUnsignedInt(body.getShort());
    if (major != 1) {
      throw input.broken("pcapng of version " + major + "; 1 can be read");
    }
    section.clear();
    scales.clear();
    limits.clear();
  }

  /** What is between the part of a block that has been read and the length in its end. */
  private ByteBuffer body(int length, int read) throws IOException {
    if (length < FRAME || length < read + 4 || length % 4 != 0) {
      throw input.broken("a block of " + Integer.toUnsignedString(length) + " bytes");
    }
    if (length > CaptureInput.MAX_LENGTH) {
      throw input.broken(
          "a block of " + length + " bytes; not more is believed than " + CaptureInput.MAX_LENGTH);
    }
    ByteBuffer rest = ByteBuffer.wrap(input.exactly(length - read, "block")).order(order);
    int again = rest.getInt(rest.limit() - 4);
    if (again != length) {
      throw input.broken(
          "a block of "
              + length
              + " bytes says in its end that it has "
              + Integer.toUnsignedString(again));
    }
    return rest.limit(rest.limit() - 4);
  }

  private @Nullable CapturedPacket read(int type, ByteBuffer body) throws IOException {
    switch (type) {
      case Pcapng.INTERFACE_DESCRIPTION -> describe(body);
      case Pcapng.INTERFACE_STATISTICS -> count(body);
      case Pcapng.NAME_RESOLUTION -> readNames(body);
      case Pcapng.ENHANCED_PACKET -> {
        atLeast(body, 20, "an enhanced packet block");
        return packet(body, body.getInt());
      }
      case Pcapng.OBSOLETE_PACKET -> {
        atLeast(body, 20, "a packet block");
        int id = Short.toUnsignedInt(body.getShort());
        body.getShort(); // how many were lost before it
        return packet(body, id);
      }
      case Pcapng.SIMPLE_PACKET -> {
        return simplePacket(body);
      }
      default -> {
        // Somebody else's, or of no use here.
      }
    }
    return null;
  }

  private void describe(ByteBuffer body) throws IOException {
    atLeast(body, 8, "an interface description block");
    int linkType = Short.toUnsignedInt(body.getShort());
    body.getShort(); // reserved
    int limit = body.getInt();
    String name = "";
    int resolution = Pcapng.DEFAULT_RESOLUTION;
    long offset = 0;
    for (Option option; (option = option(body)) != null; ) {
      switch (option.code) {
        case Pcapng.INTERFACE_NAME -> name = option.text();
        case Pcapng.INTERFACE_RESOLUTION -> resolution = sized(option, 1).get() & 0xff;
        case Pcapng.INTERFACE_TIME_OFFSET -> offset = sized(option, 8).getLong();
        default -> {}
      }
    }
    CapturedInterface described = new CapturedInterface(section.size(), name, linkType);
    section.add(described);
    scales.add(new TimeScale(resolution, offset));
    limits.add(limit);
    all.add(described);
  }

  private void count(ByteBuffer body) throws IOException {
    atLeast(body, 12, "an interface statistics block");
    CapturedInterface source = source(body.getInt());
    body.getLong(); // when they were taken
    long received = -1;
    long accepted = -1;
    long lost = -1;
    for (Option option; (option = option(body)) != null; ) {
      switch (option.code) {
        case Pcapng.STATISTICS_RECEIVED -> received = sized(option, 8).getLong();
        case Pcapng.STATISTICS_ACCEPTED -> accepted = sized(option, 8).getLong();
        case Pcapng.STATISTICS_DROPPED -> lost = sized(option, 8).getLong();
        default -> {}
      }
    }
    statistics.add(new CapturedStatistics(source, received, accepted, lost));
  }

  /** Records of a kind and a length, as options are. */
  private void readNames(ByteBuffer body) throws IOException {
    for (Option each; (each = option(body)) != null; ) {
      int length =
          switch (each.code) {
            case Pcapng.NAMES_IPV4 -> 4;
            case Pcapng.NAMES_IPV6 -> 16;
            default -> 0;
          };
      if (length > 0 && each.value.remaining() < length) {
        throw input.broken("the name of an address of " + each.value.remaining() + " bytes");
      }
      if (length > 0) {
        byte[] bytes = new byte[length];
        each.value.get(bytes);
        IpAddress address =
            length == 4 ? IpAddress.readIpv4(bytes, 0) : IpAddress.readIpv6(bytes, 0);
        List<String> all = names.computeIfAbsent(address, _ -> new ArrayList<>());
        for (String name : each.text().split("\0", -1)) {
          if (!name.isEmpty()) {
            all.add(name);
          }
        }
      }
    }
  }

  /** What an enhanced packet block and the old packet block have in common: from the time on. */
  private CapturedPacket packet(ByteBuffer body, int id) throws IOException {
    CapturedInterface source = source(id);
    long ticks =
        Integer.toUnsignedLong(body.getInt()) << 32 | Integer.toUnsignedLong(body.getInt());
    int captured = body.getInt();
    int original = body.getInt();
    Octets bytes = bytes(body, captured);
    if (original < 0) {
      throw input.broken("a packet of " + Integer.toUnsignedString(original) + " bytes");
    }
    int flags = 0;
    String comment = null;
    for (Option option; (option = option(body)) != null; ) {
      switch (option.code) {
        case Pcapng.PACKET_FLAGS -> flags = sized(option, 4).getInt();
        case Pcapng.OPTION_COMMENT -> comment = option.text();
        default -> {}
      }
    }
    return new CapturedPacket(
        time(scales.get(id), ticks), source, direction(flags), bytes, original, comment);
  }

  /** A packet without anything: of the first interface, at no time. */
  private CapturedPacket simplePacket(ByteBuffer body) throws IOException {
    atLeast(body, 4, "a simple packet block");
    CapturedInterface source = source(0);
    int original = body.getInt();
    if (original < 0) {
      throw input.broken("a packet of " + Integer.toUnsignedString(original) + " bytes");
    }
    // "the Captured Packet Length [...] is the minimum of the Original Packet Length and SnapLen".
    int limit = limits.get(0);
    int captured = limit > 0 ? Math.min(original, limit) : original;
    return new CapturedPacket(0, source, null, bytes(body, captured), original, null);
  }

  private CapturedInterface source(int id) throws IOException {
    if (id < 0 || id >= section.size()) {
      throw input.broken(
          "interface "
              + Integer.toUnsignedString(id)
              + " where "
              + section.size()
              + " were described");
    }
    return section.get(id);
  }

  private Octets bytes(ByteBuffer body, int length) throws IOException {
    if (length < 0 || length > body.remaining()) {
      throw input.broken(
          "a packet of "
              + Integer.toUnsignedString(length)
              + " bytes in a block that has room for "
              + body.remaining());
    }
    Octets bytes = Octets.copyOf(body.array(), body.arrayOffset() + body.position(), length);
    // The block is padded, and its body a multiple of 4.
    body.position(body.position() + Pcapng.padded(length));
    return bytes;
  }

  private long time(TimeScale scale, long ticks) throws IOException {
    try {
      return scale.epochNanos(ticks);
    } catch (ArithmeticException e) {
      throw input.broken("a packet of a time after the year 2262");
    }
  }

  private static LinkTap.@Nullable Direction direction(int flags) {
    return switch (flags & Pcapng.DIRECTION_MASK) {
      case Pcapng.INBOUND -> LinkTap.Direction.IN;
      case Pcapng.OUTBOUND -> LinkTap.Direction.OUT;
      default -> null;
    };
  }

  /** An option of a block. */
  private record Option(int code, ByteBuffer value) {
    String text() {
      return StandardCharsets.UTF_8.decode(value).toString();
    }
  }

  /** The next option, or null if there is none any more. */
  private @Nullable Option option(ByteBuffer body) throws IOException {
    if (body.remaining() < 4) {
      return null;
    }
    int code = Short.toUnsignedInt(body.getShort());
    int length = Short.toUnsignedInt(body.getShort());
    if (code == Pcapng.OPTION_END) {
      return null;
    }
    if (length > body.remaining()) {
      throw input.broken(
          "an option of " + length + " bytes where " + body.remaining() + " are left");
    }
    ByteBuffer value = body.slice(body.position(), length).order(order);
    body.position(body.position() + Math.min(Pcapng.padded(length), body.remaining()));
    return new Option(code, value);
  }

  private ByteBuffer sized(Option option, int size) throws IOException {
    if (option.value.remaining() != size) {
      throw input.broken(
          "option "
              + option.code
              + " of "
              + option.value.remaining()
              + " bytes instead of "
              + size);
    }
    return option.value;
  }

  private void atLeast(ByteBuffer body, int length, String what) throws IOException {
    if (body.remaining() < length) {
      throw input.broken(what + " of " + (body.remaining() + FRAME) + " bytes");
    }
  }

  @Override
  public List<CapturedInterface> interfaces() {
    return List.copyOf(all);
  }

  @Override
  public List<CapturedStatistics> statistics() {
    return List.copyOf(statistics);
  }

  @Override
  public Map<IpAddress, List<String>> names() {
    return Collections.unmodifiableMap(names);
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

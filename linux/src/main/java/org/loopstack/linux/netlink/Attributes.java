// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * Attributes of a netlink message ({@code struct nlattr}): numbers with values, some with others
 * inside. One that is not there or is too short reads as the value that was given for that case:
 * older kernels have fewer. Immutable.
 */
final class Attributes {
  /** The length of {@code struct nlattr}. */
  static final int HEADER = 4;

  private static final int TYPE_MASK = 0x3fff;

  /** One of them. */
  record Attribute(int type, ByteBuffer value) {}

  private final List<Attribute> all;

  private Attributes(List<Attribute> all) {
    this.all = all;
  }

  /** What follows in a buffer from a place on; a broken one and what follows it are left out. */
  static Attributes of(ByteBuffer buffer, int from) {
    ByteBuffer b = buffer.duplicate().order(ByteOrder.nativeOrder());
    List<Attribute> all = new ArrayList<>();
    int at = b.position() + align(from);
    while (b.limit() - at >= HEADER) {
      int length = Short.toUnsignedInt(b.getShort(at));
      if (length < HEADER || length > b.limit() - at) {
        break;
      }
      int type = Short.toUnsignedInt(b.getShort(at + 2)) & TYPE_MASK;
      ByteBuffer value = b.slice(at + HEADER, length - HEADER).order(ByteOrder.nativeOrder());
      all.add(new Attribute(type, value));
      at += align(length);
    }
    return new Attributes(all);
  }

  /** Everything begins at a multiple of 4. */
  static int align(int length) {
    return length + 3 & ~3;
  }

  /** All, in order; also several of one type. */
  List<Attribute> all() {
    return all;
  }

  private @Nullable ByteBuffer value(int type, int length) {
    for (Attribute each : all) {
      if (each.type == type && each.value.remaining() >= length) {
        return each.value;
      }
    }
    return null;
  }

  boolean has(int type) {
    return value(type, 0) != null;
  }

  int u8(int type, int otherwise) {
    ByteBuffer value = value(type, 1);
    return value == null ? otherwise : Byte.toUnsignedInt(value.get(0));
  }

  int i32(int type, int otherwise) {
    ByteBuffer value = value(type, 4);
    return value == null ? otherwise : value.getInt(0);
  }

  long u32(int type, long otherwise) {
    ByteBuffer value = value(type, 4);
    return value == null ? otherwise : Integer.toUnsignedLong(value.getInt(0));
  }

  /** In network order, as nftables has its numbers. */
  int be32(int type, int otherwise) {
    ByteBuffer value = value(type, 4);
    return value == null ? otherwise : big(value).getInt(0);
  }

  /** In network order. */
  long be64(int type, long otherwise) {
    ByteBuffer value = value(type, 8);
    return value == null ? otherwise : big(value).getLong(0);
  }

  private static ByteBuffer big(ByteBuffer value) {
    return value.duplicate().order(ByteOrder.BIG_ENDIAN);
  }

  /** A name, without the zero behind it. */
  @Nullable String text(int type) {
    byte[] bytes = bytes(type);
    if (bytes == null) {
      return null;
    }
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /** As {@link #text(int)}. */
  String text(int type, String otherwise) {
    String text = text(type);
    return text == null ? otherwise : text;
  }

  /** A copy. */
  byte @Nullable [] bytes(int type) {
    ByteBuffer value = value(type, 0);
    if (value == null) {
      return null;
    }
    byte[] bytes = new byte[value.remaining()];
    value.get(value.position(), bytes);
    return bytes;
  }

  /** The value as it is, to read from 0 on; in the machine's byte order. */
  @Nullable ByteBuffer raw(int type) {
    ByteBuffer value = value(type, 0);
    return value == null ? null : value.duplicate().order(ByteOrder.nativeOrder());
  }

  /** An address, by its length; null for what is neither IPv4 nor IPv6. */
  @Nullable IpAddress address(int type) {
    return address(bytes(type));
  }

  static @Nullable IpAddress address(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    return switch (bytes.length) {
      case 4 -> IpAddress.readIpv4(bytes, 0);
      case 16 -> IpAddress.readIpv6(bytes, 0);
      default -> null;
    };
  }

  /** Those inside one; none if it is not there. */
  Attributes nested(int type) {
    ByteBuffer value = value(type, 0);
    return value == null ? new Attributes(List.of()) : of(value, 0);
  }
}

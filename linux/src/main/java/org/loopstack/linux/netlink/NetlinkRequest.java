// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.loopstack.wire.IpAddress;

/** A request to be sent by netlink: a header, a structure, attributes. Grows as it is written. */
public final class NetlinkRequest {
  /** NLM_F_REQUEST. */
  static final int REQUEST = 0x1;

  /** NLM_F_ACK. */
  public static final int ACKNOWLEDGE = 0x4;

  /** NLM_F_DUMP: all there is. */
  static final int DUMP = 0x300;

  /** NLM_F_CREATE | NLM_F_EXCL: what is not there yet. */
  public static final int CREATE_NEW = 0x400 | 0x200;

  /** NLM_F_CREATE | NLM_F_APPEND: behind the others. */
  static final int APPEND = 0x400 | 0x800;

  private static final int NESTED = 0x8000;

  private ByteBuffer b = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
  private final int type;
  private final int flags;

  /**
   * Begins one.
   *
   * @param type what is asked, as {@code RTM_GETLINK}
   * @param flags beside NLM_F_REQUEST
   */
  public NetlinkRequest(int type, int flags) {
    this.type = type;
    this.flags = flags | REQUEST;
    b.position(NetlinkMessage.HEADER);
  }

  /** The flags, with NLM_F_REQUEST. */
  int flags() {
    return flags;
  }

  private ByteBuffer room(int length) {
    if (b.remaining() < length + 4) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(b.capacity() * 2, b.position() + length + 4))
              .order(ByteOrder.nativeOrder());
      b = larger.put(b.flip());
    }
    return b;
  }

  /** Writes a byte of a structure. */
  public NetlinkRequest u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  /** Writes 16 bits of a structure. */
  public NetlinkRequest u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  /** Writes 32 bits of a structure. */
  public NetlinkRequest u32(int value) {
    room(4).putInt(value);
    return this;
  }

  /** Writes 16 bits of a structure in network order. */
  public NetlinkRequest be16(int value) {
    room(2).put((byte) (value >>> 8)).put((byte) value);
    return this;
  }

  /** Writes zeros. */
  public NetlinkRequest zeros(int count) {
    room(count).put(new byte[count]);
    return this;
  }

  /** Adds an attribute. */
  public NetlinkRequest put(int attribute, byte[] value) {
    room(value.length + Attributes.HEADER)
        .putShort((short) (value.length + Attributes.HEADER))
        .putShort((short) attribute)
        .put(value);
    return pad();
  }

  private NetlinkRequest pad() {
    while ((b.position() & 3) != 0) {
      room(1).put((byte) 0);
    }
    return this;
  }

  /** Adds an attribute of 32 bits. */
  public NetlinkRequest put(int attribute, int value) {
    room(8).putShort((short) 8).putShort((short) attribute).putInt(value);
    return this;
  }

  /** Adds an attribute of 32 bits in network order. */
  public NetlinkRequest putBig(int attribute, int value) {
    room(8)
        .putShort((short) 8)
        .putShort((short) attribute)
        .put((byte) (value >>> 24))
        .put((byte) (value >>> 16))
        .put((byte) (value >>> 8))
        .put((byte) value);
    return this;
  }

  /** Adds a name, with a zero behind it. */
  public NetlinkRequest put(int attribute, String text) {
    return put(attribute, (text + '\0').getBytes(StandardCharsets.UTF_8));
  }

  /** Adds an address, 4 or 16 bytes. */
  public NetlinkRequest put(int attribute, IpAddress address) {
    byte[] bytes = new byte[address.length()];
    int _ = address.write(bytes, 0);
    return put(attribute, bytes);
  }

  /** Writes attributes into an attribute. */
  public NetlinkRequest nest(int attribute, Runnable inside) {
    int at = room(Attributes.HEADER).position();
    b.putShort((short) 0).putShort((short) (attribute | NESTED));
    inside.run();
    b.putShort(at, (short) (b.position() - at));
    return this;
  }

  /** All of it, with the length and a number. */
  byte[] finish(int sequence) {
    int length = b.position();
    b.putInt(0, length).putShort(4, (short) type).putShort(6, (short) flags);
    b.putInt(8, sequence).putInt(12, 0);
    byte[] bytes = new byte[Attributes.align(length)];
    b.get(0, bytes, 0, length);
    return bytes;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A block of pcapng that is being put together, in an array that is used again for the next. The
 * byte order is little-endian: that of the machines on which most captures are read.
 */
final class Block {
  private ByteBuffer buffer = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

  /** Begins a block; what was in here is forgotten. */
  Block begin(int type) {
    buffer.clear();
    // The length is known in the end.
    return u32(type).u32(0);
  }

  Block u16(int value) {
    room(Short.BYTES).putShort((short) value);
    return this;
  }

  Block u32(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  Block u64(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  /** A time as pcapng has it: the upper 32 bits first, whatever the byte order. */
  Block time(long ticks) {
    return u32((int) (ticks >>> 32)).u32((int) ticks);
  }

  /** Bytes, padded with zeros to 32 bits. */
  Block bytes(byte[] b, int at, int length) {
    int padding = Pcapng.padded(length) - length;
    room(length + padding).put(b, at, length);
    for (int i = 0; i < padding; i++) {
      buffer.put((byte) 0);
    }
    return this;
  }

  Block option(int code, byte[] value) {
    return u16(code).u16(value.length).bytes(value, 0, value.length);
  }

  Block option32(int code, int value) {
    return u16(code).u16(Integer.BYTES).u32(value);
  }

  Block option64(int code, long value) {
    return u16(code).u16(Long.BYTES).u64(value);
  }

  Block optionTime(int code, long ticks) {
    return u16(code).u16(Long.BYTES).time(ticks);
  }

  Block endOfOptions() {
    return u16(Pcapng.OPTION_END).u16(0);
  }

  /** Ends the block and writes it in one piece. */
  void writeTo(OutputStream out) throws IOException {
    int length = buffer.position() + Integer.BYTES;
    u32(length);
    buffer.putInt(Integer.BYTES, length);
    out.write(buffer.array(), 0, length);
  }

  private ByteBuffer room(int length) {
    if (buffer.remaining() < length) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(2 * buffer.capacity(), buffer.position() + length))
              .order(ByteOrder.LITTLE_ENDIAN);
      buffer = larger.put(buffer.flip());
    }
    return buffer;
  }
}

// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What goes over a management connection after the request line: a type, a length, so many bytes.
 *
 * @param type what the bytes are
 * @param payload at most {@link #MAX_PAYLOAD} bytes; not copied
 */
// A frame hands its bytes over; nobody compares frames.
@SuppressWarnings("ArrayRecordComponent")
record Frame(Type type, byte[] payload) {
  /** As much as one read from a terminal or a pipe brings, and small enough to keep. */
  static final int MAX_PAYLOAD = 64 * 1024;

  private static final byte[] NOTHING = {};

  /** What the bytes of a frame are. The letter goes over the wire. */
  enum Type {
    /** To the stack: bytes of standard input, at least one. */
    INPUT('i'),
    /** To the stack: the end of standard input. */
    INPUT_END('z'),
    /** To the stack: Ctrl-C. */
    INTERRUPT('s'),
    /** From the stack: bytes for standard output. */
    OUTPUT('o'),
    /** From the stack: bytes for standard error. */
    ERROR('e'),
    /** From the stack: it can use one frame of standard input. */
    WANT_INPUT('w'),
    /** From the stack, the last one: the exit status as decimal digits. */
    EXIT('x');

    private final char letter;

    Type(char letter) {
      this.letter = letter;
    }

    private static Type of(int letter) throws StreamCorruptedException {
      for (Type type : values()) {
        if (type.letter == letter) {
          return type;
        }
      }
      throw new StreamCorruptedException("no frame begins with " + letter);
    }
  }

  static Frame of(Type type) {
    return new Frame(type, NOTHING);
  }

  static Frame of(Type type, String text) {
    return new Frame(type, text.getBytes(StandardCharsets.UTF_8));
  }

  String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  static void write(DataOutputStream out, Type type, byte[] payload, int offset, int length)
      throws IOException {
    out.writeByte(type.letter);
    out.writeInt(length);
    out.write(payload, offset, length);
    out.flush();
  }

  void write(DataOutputStream out) throws IOException {
    write(out, type, payload, 0, payload.length);
  }

  /** The next frame, or null where the stream ends between two of them. */
  static @Nullable Frame read(DataInputStream in) throws IOException {
    int letter = in.read();
    if (letter < 0) {
      return null;
    }
    Type type = Type.of(letter);
    int length = in.readInt();
    if (length < 0 || length > MAX_PAYLOAD) {
      throw new StreamCorruptedException("a frame of " + length + " bytes");
    }
    byte[] payload = in.readNBytes(length);
    if (payload.length < length) {
      throw new EOFException("a frame ends after " + payload.length + " of " + length + " bytes");
    }
    return new Frame(type, payload);
  }
}

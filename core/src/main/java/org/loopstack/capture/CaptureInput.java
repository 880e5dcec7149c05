// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The bytes of a capture, with the place where the reader is, for messages. */
final class CaptureInput implements Closeable {
  /**
   * The longest packet or block that is believed. Nothing that the registry of link types knows is
   * longer than 256 KiB, but blocks of other kinds may be.
   */
  static final int MAX_LENGTH = 1 << 26;

  private final InputStream in;
  private final String name;
  private long position;

  CaptureInput(InputStream in, String name) {
    this.in = in;
    this.name = name;
  }

  /** The next bytes, or null at the end. */
  byte @Nullable [] orEnd(int length, String what) throws IOException {
    // Not more is allocated than there is: a length in a broken file may be anything.
    byte[] bytes = in.readNBytes(length);
    if (bytes.length == 0 && length > 0) {
      return null;
    }
    position += bytes.length;
    if (bytes.length < length) {
      throw broken("ends inside a " + what + ", of which " + length + " bytes were to come");
    }
    return bytes;
  }

  byte[] exactly(int length, String what) throws IOException {
    byte[] bytes = orEnd(length, what);
    if (bytes == null) {
      throw broken("ends before a " + what);
    }
    return bytes;
  }

  /** What is wrong here. */
  CaptureFormatException broken(String what) {
    return new CaptureFormatException(name + ", byte " + position + ": " + what);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

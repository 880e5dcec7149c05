// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.Arrays;

/** An open file. There is no disk: its contents are what a script's {@code dd} has put there. */
final class ScriptFile implements Descriptor {
  private final byte[] contents;
  private int position;

  ScriptFile(byte[] contents) {
    this.contents = contents.clone();
  }

  /** Up to so many bytes from a place on; nothing behind the end. */
  byte[] at(long from, long length) {
    int first = Math.clamp(from, 0, contents.length);
    return Arrays.copyOfRange(
        contents, first, first + Math.clamp(length, 0, contents.length - first));
  }

  /** Where the next call reads that gives no place of its own. */
  int position() {
    return position;
  }

  void advance(int bytes) {
    position += bytes;
  }
}
